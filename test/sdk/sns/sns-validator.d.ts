declare module 'sns-validator' {
  /** Verifies messages by their certificate. */
  // biome-ignore lint/style/noDefaultExport: as Node imports a CommonJS library
  export default class MessageValidator {
    constructor(hostPattern?: RegExp, encoding?: string);
    validate(message: object, callback: (fault: Error | null, message: unknown) => void): void;
  }
}
