/** The only source of randomness below `main`. */
export interface Random {
  /** A version 4 UUID, lower case. */
  uuid(): string;
  /** `count` unpredictable bytes. */
  bytes(count: number): Buffer;
}
