/** Where progress is shown: a line that is written over in a terminal, and a line for each tenth elsewhere, such as in the log of a job. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const barCharacters = 30;
const redrawMs = 100;

export class Progress {
  #drawnAt = Number.NEGATIVE_INFINITY;
  #tenths = 0;

  constructor(
    private readonly output: ProgressOutput,
    /** Ms of a clock that only runs forward. */
    private readonly now: () => number,
    private readonly startedAt = now(),
  ) {}

  show(done: number, total: number, text: string): void {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    if (this.output.isTTY === true) this.#draw(share, text);
    else if (Math.floor(share * 10) > this.#tenths) {
      this.#tenths = Math.floor(share * 10);
      this.output.write(`${percent(share)} ${text}\n`);
    }
  }

  /** Makes room for lines of text; the next `show` draws below them. */
  clear(): void {
    if (this.output.isTTY === true) this.output.write('\r\u001b[K');
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  #draw(share: number, text: string): void {
    const now = this.now();
    if (now - this.#drawnAt < redrawMs && share < 1) return;
    this.#drawnAt = now;
    const full = Math.round(share * barCharacters);
    const bar = '█'.repeat(full) + '░'.repeat(barCharacters - full);
    const elapsed = (now - this.startedAt) / 1_000;
    const left = share === 0 || share === 1 ? '' : `, ${Math.ceil((elapsed / share) * (1 - share))} s left`;
    const line = `${bar} ${percent(share)} ${text}${left}`;
    this.output.write(`\r\u001b[K${line.slice(0, (this.output.columns ?? 80) - 1)}`);
  }
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`.padStart(5);
}
