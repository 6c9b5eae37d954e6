/** Bounds of API keys; those of imported keys are API Gateway's (`CreateApiKey`, `value`: 20 to 128 characters). */
export const keyTextCharactersMin = 20;
export const keyTextCharactersMax = 128;
/** Bits that cannot be guessed, whatever is known of other keys. */
export const keySecretBytes = 32;
/** That are valid at once: so many names are looked through when one is made. */
export const keysMax = 1_000;
export const keyNameCharactersMax = 64;
export const ratePerSecondMax = 100_000;
export const rateBurstMax = 1_000_000;
export const quotaRequestsMax = 1_000_000_000;
/** Requests of a quota that are taken in one write: what a broker that is killed has taken and not let through is lost to its key. */
export const quotaBlockMax = 1_000;
export const pageMax = 1_000;
