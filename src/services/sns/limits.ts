/**
 * Every limit of the service, unit last. Unless another source is named: Amazon SNS "endpoints and quotas", and the API
 * reference of the operation.
 */

export const topicNameCharsMax = 256;
/** Default of `MaximumMessageSize`, which can be set from 1,024 up to 1 MiB. Body and attributes together. */
export const messageBytesDefault = 262_144;
export const messageSizeSettingBytesMin = 1_024;
export const messageBytesMax = 1_048_576;
/** A topic that takes messages above 256 KiB has at most so many subscriptions. */
export const largeMessageSubscriptionsMax = 100;
export const fifoSubscriptionsMax = 100;

export const displayNameCharsMax = 100;
export const subjectCharsMax = 100;
export const attributeNameBytesMax = 256;
export const endpointCharsMax = 2_048;
/** RFC 5321, 4.5.3.1: 64 before the @, 255 after it. */
export const mailAddressCharsMax = 320;
/** To one mailbox. AWS puts a subscription that gets more back to pending; here they wait. */
export const mailsPerSecondMax = 10;
/** A mail server must have taken a mail by then: choice, AWS names none. */
export const mailAttemptMsMax = 45_000;

export const batchEntriesMax = 10;
export const batchEntryIdCharsMax = 80;

/** Lists of topics and subscriptions. */
export const pageSize = 100;
export const nextTokenCharsMax = 2_048;

export const tagsMax = 50;
export const tagKeyCharsMax = 128;
export const tagValueCharsMax = 256;

export const policyBytesMax = 30_720;
export const policyStatementsMax = 100;
export const policyPrincipalsMax = 200;
export const permissionLabelCharsMax = 100;

/** Days that a topic may keep what was published. */
export const archiveDaysMax = 365;
/** Replays under way at a time: AWS has a limit and does not publish it. */
export const replaysMax = 100;

/** What one publish to a standard topic delivers in its own transaction; the rest is a job (rule S7 of the store). */
export const fanOutDeliveriesMax = 300;
export const fanOutBytesMax = 4 * 1024 * 1024;
/** A job that was taken up and not finished is taken up again after this long, or at the next start. */
export const fanOutJobSecondsMax = 60;

/** An HTTP endpoint must have answered by then. */
export const httpAttemptMsMax = 15_000;
/** An SMS provider must have answered by then: choice, AWS names none. */
export const smsAttemptMsMax = 15_000;
/** Attempts under way at a time for one subscription: choice, AWS names none. */
export const pushConcurrencyMax = 16;
/** What waits for its endpoint is kept for so long: longer than any channel tries. */
export const deliveryRetentionMs = 30 * 86_400_000;
/** A subscription that is not confirmed by then is removed, and its token with it. */
export const confirmationMsMax = 3 * 86_400_000;

/** Platform applications: names, and what a provider gave to sign in with (choice, AWS names no bound). */
export const applicationNameCharsMax = 256;
export const credentialBytesMax = 16_384;
export const appleIdentifierCharsMax = 255;
/** Platform endpoints. */
export const deviceTokenBytesMax = 8_192;
export const appleTokenCharsMax = 400;
export const customUserDataBytesMax = 2_048;
/** Endpoints of a deleted application that are removed in one transaction, each with its token. */
export const sweptEndpointsMax = 200;

/** Of one message; developer guide, "Publishing to a mobile phone". */
export const smsCharsMax = 1_600;
/** Of a topic's `DisplayName`, in front of its messages to phones; developer guide, "Creating a topic". */
export const smsDisplayNameCharsMax = 10;
export const optInIntervalMs = 30 * 86_400_000;
export const originationNumbersPageMax = 30;
export const sandboxNumbersPageMax = 100;
/** Developer guide, "Adding and verifying phone numbers in the SMS sandbox", for these and the next four. */
export const sandboxNumbersMax = 10;
export const sandboxSendsMax = 5;
export const sandboxSendsMs = 86_400_000;
export const sandboxWaitMs = 900_000;
export const sandboxDeletionMsMin = 86_400_000;
/** How long, and for how many wrong guesses, a one-time password holds: choices, AWS names none. */
export const sandboxPasswordMsMax = 86_400_000;
export const sandboxTriesMax = 5;

/** A keyword is near data when at most so many characters are between them; CloudWatch Logs user guide, "Types of data that you can protect". */
export const keywordDistanceCharsMax = 30;
/** Places of findings that a record tells, for each identifier; the count is of all. */
export const auditDetectionsMax = 100;
export const protectionPolicyCharsMax = 30_720;
/** As of an access policy, and one of each data identifier that there is: AWS names no bounds (choice). */
export const protectionStatementsMax = 100;
export const statementIdentifiersMax = 110;
export const customIdentifiersMax = 10;
export const customIdentifierNameCharsMax = 128;
export const customPatternCharsMax = 200;
/** What the counts in an expression may come to, so that a search costs little: AWS has a limit and does not publish it. */
export const customPatternStatesMax = 160;
