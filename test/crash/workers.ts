import { setTimeout as sleep } from 'node:timers/promises';
import type { Outgoing, QueueClient } from './queue-client.js';

/** Long enough that a delete comes in time over a restart; short enough to wait for in the end. */
export const visibilitySeconds = 8;
const groupsPerProducer = 6;
/** Producers wait while so many messages are neither deleted nor given up: consumers are to meet both full and empty queues. */
const openMax = 300;

/** What workers of a campaign share. */
export interface Shift {
  readonly isOver: () => boolean;
  /** Messages sent and not deleted, about. */
  open: number;
}

/** Sends to a standard queue; what it does not know the outcome of it leaves alone. */
export async function produce(queue: QueueClient, name: string, shift: Shift): Promise<void> {
  for (let count = 0; !shift.isOver(); ) {
    const size = chance(0.4) ? between(2, 10) : 1;
    const batch = Array.from({ length: size }, () => {
      const message = `${name}-${count++}`;
      return chance(0.1) ? { message, delaySeconds: between(1, 2) } : { message };
    });
    if ((await queue.send(batch)) === 'acknowledged') shift.open += size;
    await rest(shift);
  }
}

/** Sends to its own groups of a FIFO queue: each message again until it is acknowledged, some once more after that. */
export async function produceInOrder(queue: QueueClient, name: string, shift: Shift): Promise<void> {
  const sent: Outgoing[] = [];
  for (let count = 0; !shift.isOver(); ) {
    const size = chance(0.4) ? between(2, 10) : 1;
    const batch = Array.from({ length: size }, () => ({
      message: `${name}-${count++}`,
      group: `${name}-g${between(1, groupsPerProducer)}`,
    }));
    while ((await queue.send(batch)) !== 'acknowledged');
    shift.open += size;
    sent.push(...batch);
    const again = sent[between(0, sent.length - 1)];
    if (chance(0.2) && again !== undefined) await queue.send([again]);
    await rest(shift);
  }
}

/** Receives, and deletes most of what it gets; the rest it hides, shows or forgets. `retriesReceives`: FIFO, by attempt ids. */
export async function consume(queue: QueueClient, name: string, shift: Shift, retriesReceives: boolean): Promise<void> {
  for (let count = 0; !shift.isOver(); count++) {
    const attemptId = retriesReceives ? `${name}-${count}` : undefined;
    let deliveries = await queue.receive(between(1, 10), visibilitySeconds, attemptId);
    if (deliveries === undefined && retriesReceives) deliveries = await queue.receive(10, visibilitySeconds, attemptId);
    const receipts = (deliveries ?? []).map(({ receipt }) => receipt);
    while (receipts.length > 0) {
      const some = receipts.splice(0, between(1, 10));
      if (chance(0.85)) await deleteAll(queue, some, shift);
      else if (chance(0.7)) for (const receipt of some) await queue.hide(receipt, between(0, 3));
    }
    await pause();
  }
}

async function deleteAll(queue: QueueClient, receipts: readonly string[], shift: Shift): Promise<void> {
  const outcome = await queue.delete(receipts);
  if (outcome === 'unknown' && chance(0.5)) await queue.delete(receipts);
  shift.open -= receipts.length;
}

async function rest(shift: Shift): Promise<void> {
  do await pause();
  while (shift.open > openMax && !shift.isOver());
}

export function pause(): Promise<void> {
  return sleep(between(0, 12));
}

export function chance(share: number): boolean {
  return Math.random() < share;
}

export function between(least: number, most: number): number {
  return least + Math.floor(Math.random() * (most - least + 1));
}
