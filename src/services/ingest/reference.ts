import type { Readable } from 'node:stream';
import { type Problem, type Refusal, refused } from './refusal.js';

/** What a pipeline does with records whose payload is elsewhere. */
export interface ReferenceSettings {
  readonly mode: 'refuse' | 'record' | 'fetch';
  /** Hosts, with their ports where they have them, and buckets; empty: all hosts, and buckets only where nothing is fetched. */
  readonly hosts: readonly string[];
}

/** An object elsewhere, as a producer refers to it. */
export interface WantedReference {
  readonly kind: 'reference';
  /** `https://…` or `s3://bucket/key`. */
  readonly url: string;
  /** In hex; what is fetched must have it. */
  readonly sha256?: string;
  readonly bytes?: number;
}

/** Payload of a record whose reference is only noted. */
const referenceContentType = 'application/vnd.signalbox.reference+json';

/** What is kept of a reference that is only noted. */
export function notedReference({ url, sha256, bytes }: WantedReference) {
  return {
    payload: Buffer.from(JSON.stringify({ url, sha256, bytes })),
    facts: { contentType: referenceContentType, reference: { url, fetched: false } },
  };
}

export type ObjectOutcome =
  | { readonly kind: 'opened'; readonly contentType: string | undefined; readonly stream: Readable }
  | { readonly kind: 'forbidden' | 'unavailable'; readonly reason: string };

/** Fetches what producers refer to. */
export interface ObjectSource {
  open(url: URL, signal: AbortSignal): Promise<ObjectOutcome>;
}

const members = ['url', 'sha256', 'bytes'];
const urlCharsMax = 2_048;

export function readReference(given: Readonly<Record<string, unknown>>, { mode, hosts }: ReferenceSettings): WantedReference | Refusal {
  if (mode === 'refuse') {
    return refused(
      'ReferenceRefused',
      'this pipeline takes no references: send the payload itself, or set references.mode of the pipeline',
    );
  }
  const { url, sha256, bytes } = given;
  const problems: Problem[] = Object.keys(given)
    .filter((name) => !members.includes(name))
    .map((name) => ({ path: `/payloadReference/${name}`, problem: `is not known: expected ${members.join(', ')}` }));
  const check = (isRight: boolean, name: string, problem: string): void => {
    if (!isRight) problems.push({ path: `/payloadReference/${name}`, problem });
  };
  check(
    typeof url === 'string' && isUrl(url),
    'url',
    `is ${JSON.stringify(url)?.slice(0, 200)}: expected https://host/path or s3://bucket/key`,
  );
  check(
    sha256 === undefined || (typeof sha256 === 'string' && /^[\da-f]{64}$/.test(sha256)),
    'sha256',
    'is not 64 hexadecimal digits in lower case',
  );
  check(bytes === undefined || (Number.isSafeInteger(bytes) && Number(bytes) >= 0), 'bytes', 'is not a whole number of bytes');
  if (problems.length > 0) {
    return refused('InvalidReference', problems.map(({ path, problem }) => `${path} ${problem}`).join('; '), { problems });
  }
  const wanted = { kind: 'reference', ...given } as unknown as WantedReference;
  const { host, protocol } = new URL(wanted.url);
  // Objects of buckets are read with the broker's credentials: whoever may send is not to read whatever they open.
  const isNamed = mode === 'fetch' && protocol === 's3:' ? hosts.includes(host) : hosts.length === 0 || hosts.includes(host);
  if (isNamed) return wanted;
  return refused(
    'ReferenceRefused',
    `this pipeline takes no references to ${host}: it must be one of references.hosts${hosts.length === 0 ? '' : `, which are ${hosts.join(', ')}`}`,
  );
}

/** Credentials in a URL would be told to every subscriber. */
function isUrl(text: string): boolean {
  if (text.length > urlCharsMax || !URL.canParse(text)) return false;
  const { protocol, username, password, host, pathname } = new URL(text);
  if (username !== '' || password !== '' || host === '') return false;
  return protocol === 'https:' || (protocol === 's3:' && pathname.length > 1);
}
