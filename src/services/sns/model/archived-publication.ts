import type { Signed } from './envelope.js';
import { type Publication, readPublication, type StoredPublication, storedPublication } from './stored-publication.js';

/** A message as the archive of its topic holds it. */
export interface ArchivedPublication {
  readonly publication: Publication;
  /** Text by text; none on FIFO topics. Signed once: a replayed message is the same message. */
  readonly signed: readonly Signed[];
}

interface Stored extends StoredPublication {
  readonly layout: number;
  readonly signed: readonly Signed[];
}

const layout = 1;

export function encodeArchived({ publication, signed }: ArchivedPublication): Buffer {
  const stored: Stored = { ...storedPublication(publication), layout, signed };
  return Buffer.from(JSON.stringify(stored));
}

export function readArchived(content: Buffer): ArchivedPublication {
  const stored: Stored = JSON.parse(content.toString());
  if (stored.layout !== layout) throw new Error(`an archived message has layout ${stored.layout}, known is ${layout}`);
  return { publication: readPublication(stored), signed: stored.signed };
}
