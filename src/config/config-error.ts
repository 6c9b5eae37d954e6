/** A setting that cannot be used: says which one, where it stands, what it is and what is expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
