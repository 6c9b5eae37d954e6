import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** About a minute: short rounds, a small backlog. */
  readonly quick: boolean;
  /** Only scenarios whose name contains this. */
  readonly only: string | undefined;
  readonly profile: boolean;
  /** How long a server is loaded in one round. */
  readonly roundSeconds: number;
  /** Rounds of each scenario; Signalbox and the bare server take turns, and medians are taken. */
  readonly rounds: number;
  /** Messages that are received and deleted in one round. */
  readonly consumed: number;
  readonly backlog: number;
  readonly fifoBacklog: number;
}

const usage = `npm run bench -- [--quick] [--only NAME] [--profile]

  --quick      about a minute: short rounds and a small backlog
  --only NAME  only scenarios whose name contains NAME
  --profile    run the server under --cpu-prof; the profiles are in bench/results/profile
`;

export function benchOptions(args: readonly string[]): BenchOptions | { readonly usage: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { quick: { type: 'boolean' }, only: { type: 'string' }, profile: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    if (values.help === true) return { usage };
    const chosen = { only: values.only, profile: values.profile ?? false };
    return values.quick === true
      ? { ...chosen, quick: true, roundSeconds: 1, rounds: 1, consumed: 5_000, backlog: 50_000, fifoBacklog: 20_000 }
      : { ...chosen, quick: false, roundSeconds: 4, rounds: 5, consumed: 30_000, backlog: 1_000_000, fifoBacklog: 200_000 };
  } catch (fault) {
    return { usage: `${fault instanceof Error ? fault.message : String(fault)}\n\n${usage}` };
  }
}
