import { Packr } from 'msgpackr';
import type { MessageAttribute } from './message-attributes.js';

/** What the engine keeps for a message without looking inside. Digests are kept so that a receive computes none. */
export interface MessageContent {
  readonly body: string;
  readonly md5OfBody: string;
  /** The account that sent it. */
  readonly senderId: string;
  readonly traceHeader: string | undefined;
  /** Sorted by name; empty without attributes. */
  readonly attributes: readonly MessageAttribute[];
  /** Over all attributes; undefined without any. */
  readonly md5OfAttributes: string | undefined;
}

/** The layout of stored contents. A later layout gets the next number, and both are read. */
const layout = 1;

type Stored = [
  layout: typeof layout,
  body: string,
  md5OfBody: string,
  senderId: string,
  traceHeader: string | null,
  attributes: readonly MessageAttribute[] | null,
  md5OfAttributes: string | null,
];

const packr = new Packr({ useRecords: false });

export function encodeContent(content: MessageContent): Buffer {
  const stored: Stored = [
    layout,
    content.body,
    content.md5OfBody,
    content.senderId,
    content.traceHeader ?? null,
    content.attributes.length === 0 ? null : content.attributes,
    content.md5OfAttributes ?? null,
  ];
  return packr.pack(stored);
}

export function decodeContent(bytes: Buffer): MessageContent {
  const stored: Stored = packr.unpack(bytes);
  if (stored[0] !== layout) throw new Error(`message content has layout ${stored[0]}, known is ${layout}`);
  return {
    body: stored[1],
    md5OfBody: stored[2],
    senderId: stored[3],
    traceHeader: stored[4] ?? undefined,
    attributes: stored[5] ?? [],
    md5OfAttributes: stored[6] ?? undefined,
  };
}
