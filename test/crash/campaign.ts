import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from './history.js';
import type { KilledServer } from './server.js';
import type { Shift } from './workers.js';

export interface CampaignOptions {
  /** The data folder, which may be that of an earlier campaign. */
  readonly folder: string;
  /** Of its queues and topics; each campaign has its own. */
  readonly name: string;
  readonly seconds: number;
}

export interface CampaignReport {
  readonly kills: number;
  readonly calls: Readonly<Record<Outcome, number>>;
  readonly messages: number;
  readonly slowestReadyMs: number;
  /** Empty when all promises were kept. */
  readonly violations: readonly string[];
}

/** A deduplication id is good for five minutes, and the checkers take it to be good for the whole history. */
export const campaignSecondsMax = 200;
/** A process lives this long after it is ready; one in eight is killed while it still starts. */
const livesMsMaxDefault = 2_000;
const startMsMax = 400;

/** Kills the broker again and again while those work that `begin` sets to it; answers how often. The last one is left running. */
export function killUnderLoad(server: KilledServer, seconds: number, begin: Begin, livesMsMax = livesMsMaxDefault): Promise<number> {
  if (seconds > campaignSecondsMax) throw new RangeError(`a campaign lasts ${campaignSecondsMax} s at most`);
  return Promise.race([loadAndKill(server, seconds, begin, livesMsMax), server.failed]);
}

type Begin = (shift: Shift) => readonly Promise<void>[];

async function loadAndKill(server: KilledServer, seconds: number, begin: Begin, livesMsMax: number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  const shift: Shift = { isOver: () => performance.now() >= until, open: 0 };
  const working = Promise.all(begin(shift));
  working.catch(() => {}); // told below, when the server is up again
  let kills = 0;
  while (!shift.isOver()) {
    if (kills % 8 !== 7) await server.origin();
    await Promise.race([sleep(Math.random() * (kills % 8 !== 7 ? livesMsMax : startMsMax)), working]);
    await server.kill();
    kills++;
    server.start();
  }
  await working;
  return kills;
}
