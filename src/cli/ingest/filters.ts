import type { Command } from 'commander';
import { ConfigError } from '../../config/config-error.js';

/** Flags that choose records. */
export interface Filters {
  readonly source?: string;
  readonly type?: string;
  readonly state?: string;
}

export function withFilters(command: Command): Command {
  return command
    .option('--source <ID>', 'of this sourceSystemID')
    .option('--type <TYPE>', 'of this messageType')
    .option('--state <STATE>', 'in this state: received, accepted, payloadArchived, metadataStored, archived, failed');
}

/** A whole number from 1 up. */
export function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new ConfigError(`--limit is ${JSON.stringify(text)}: expected a whole number from 1 up`);
}

/** As the pages call them. */
export function queryOf({ source, type, state }: Filters, others: Readonly<Record<string, string | undefined>> = {}): URLSearchParams {
  const all = { sourceSystemID: source, messageType: type, state, ...others };
  return new URLSearchParams(Object.entries(all).filter((each): each is [string, string] => each[1] !== undefined));
}
