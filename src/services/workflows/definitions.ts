import { createHash } from 'node:crypto';
import type { DocumentTransaction } from '../../engine/documents.js';
import type { EngineTransaction, Queue } from '../../engine/engine.js';
import type { ExecutionStore } from './execution-store.js';
import { definitionFirstLookMs, definitionLooksMs } from './limits.js';
import { encodeWork, type Work } from './messages.js';

/**
 * Texts of definitions by their hash, each with the machines that have it or had it.
 *
 * T1  A text is there as long as one of its machines is noted.
 * T2  A machine stays noted as long as it has the definition, or an execution is there that began before it last gave that up. Machines change their
 *     definition in one transaction with these notes.
 */
export const definitionDocuments = 'workflows/definition/';

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function definitionDocument(hash: string): string {
  return `${definitionDocuments}${hash}`;
}

function machinesOf(hash: string): string {
  return `${definitionDocument(hash)}/`;
}

/** A machine has this definition from now on. */
export function takeDefinition(documents: DocumentTransaction, text: string, machine: string): void {
  const hash = hashOf(text);
  if (documents.read(definitionDocument(hash)) === undefined) documents.write(definitionDocument(hash), text);
  documents.write(`${machinesOf(hash)}${machine}`, current);
}

/** What a note says beside when the definition was given up. */
const current = 'current';

/** A machine has another definition from now on, or is gone. */
export function giveUpDefinition(transaction: EngineTransaction, work: Queue, hash: string, machine: string): void {
  const at = transaction.now;
  transaction.write(`${machinesOf(hash)}${machine}`, String(at));
  transaction.send(work, { content: encodeWork({ kind: 'forgetDefinition', hash, machine, at }), delayMs: definitionFirstLookMs });
}

export type ForgetDefinition = Extract<Work, { kind: 'forgetDefinition' }>;

/** Whether executions are left that may run by it. Who began one at that moment may have read the machine before. */
export function isStillRun(store: ExecutionStore, { machine, at }: ForgetDefinition): Promise<boolean> {
  return store.hasBegunBefore(machine, at + definitionFirstLookMs);
}

/** Looks again later, or forgets that the machine had it, and with the last machine the text. */
export function forgetDefinition(transaction: EngineTransaction, work: Queue, message: ForgetDefinition, isRun: boolean): void {
  const { hash, machine, at } = message;
  const note = `${machinesOf(hash)}${machine}`;
  if (transaction.read(note) !== String(at)) return; // it has it again, or gave it up again
  if (isRun) {
    transaction.send(work, { content: encodeWork(message), delayMs: definitionLooksMs });
    return;
  }
  transaction.delete(note);
  if (transaction.list({ prefix: machinesOf(hash), limit: 1 }).length === 0) transaction.delete(definitionDocument(hash));
}
