declare module 'fs-native-extensions' {
  /** Takes an exclusive advisory lock on an open file; false when another open file has it. The system frees it when the process dies. */
  export function tryLock(fd: number): boolean;
}
