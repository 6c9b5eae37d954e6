/** Where a part of the program writes what people should know: one structured line each. Bodies of messages are not written. */
export interface EventLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
