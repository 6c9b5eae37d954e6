/** Thrown by readers on what they cannot read; caught where reading began. */
export class SyntaxProblem extends Error {}

/** Reads a text from left to right. */
export class Scanner {
  at = 0;

  constructor(readonly text: string) {}

  get done(): boolean {
    return this.at >= this.text.length;
  }

  get next(): string {
    return this.text.charAt(this.at);
  }

  /** Goes past `token` when it is next. */
  take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) throw this.problem(`expected ${token}`);
  }

  /** Goes past what a sticky pattern matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const matched = pattern.exec(this.text)?.[0];
    if (matched !== undefined) this.at += matched.length;
    return matched;
  }

  skipBlanks(): void {
    while (!this.done && /\s/.test(this.next)) this.at++;
  }

  problem(what: string): SyntaxProblem {
    return new SyntaxProblem(`${what} at character ${this.at + 1} of ${this.text}`);
  }
}

/** What `read` makes of the whole text; undefined when it is not the whole text, or no such text. */
export function readWhole<T>(text: string, read: (scanner: Scanner) => T): T | undefined {
  const scanner = new Scanner(text);
  try {
    const value = read(scanner);
    return scanner.done ? value : undefined;
  } catch (problem) {
    if (problem instanceof SyntaxProblem) return undefined;
    throw problem;
  }
}
