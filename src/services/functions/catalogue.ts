import type { AccountId, Region } from '../../base/ids.js';
import type { Documents, DocumentTransaction } from '../../engine/documents.js';
import { accept, type Refusal } from '../../wire/refusal.js';
import { aliasNotFound, functionNotFound, storageFull } from './errors.js';
import type { EventInvokeConfig } from './model/event-invoke-config.js';
import { type FunctionAddress, isVersionNumber, latest, qualifiedArn } from './model/function-name.js';
import type { AliasRecord, FunctionRecord, VersionRecord } from './model/function-record.js';
import type { Policy } from './model/policy.js';

/** An account's functions in a Region: what one transaction can change together. */
export interface Place {
  readonly account: AccountId;
  readonly region: Region;
}

/** What all functions of a place use together. */
export interface Usage {
  readonly functions: number;
  /** Of all versions, each for itself. */
  readonly codeBytes: number;
  /** By the names of functions. */
  readonly reserved: Readonly<Record<string, number>>;
}

export type DocumentPort = Pick<Documents, 'read' | 'list' | 'transact' | 'hasRoom'>;

/** What is kept of a function besides itself, a document for each: by the key that follows the function's name. */
interface Kinds {
  readonly version: VersionRecord;
  readonly alias: AliasRecord;
  readonly policy: Policy;
  readonly events: EventInvokeConfig;
}
type Kind = keyof Kinds;
const kinds: readonly Kind[] = ['version', 'alias', 'policy', 'events'];

const noUsage: Usage = { functions: 0, codeBytes: 0, reserved: {} };
const layout = 1;

/**
 * Functions and what belongs to them, as durable documents. Their names begin with `functions/<account>/<region>/`:
 *
 *     usage                            what all of them use together
 *     function/<name>                  a function with its $LATEST
 *     version/<name>/<number>          a published version; numbers have ten digits, so that they are in order
 *     alias/<name>/<alias>
 *     policy/<name>/<qualifier>        who may do what, $LATEST for the function itself
 *     events/<name>/<qualifier>        what becomes of its asynchronous events, likewise
 */
export class Catalogue {
  readonly #listeners = new Set<() => void>();

  constructor(private readonly documents: DocumentPort) {}

  async find(address: FunctionAddress): Promise<FunctionRecord | undefined> {
    return decoded(await this.documents.read(functionKey(address, address.name)));
  }

  /** The function of a request. `qualifier`: with which the refusal shows it. */
  async require(address: FunctionAddress, qualifier?: string): Promise<FunctionRecord> {
    const found = await this.find(address);
    if (found === undefined) throw functionNotFound(qualifiedArn(address, qualifier));
    return found;
  }

  async get<K extends Kind>(kind: K, address: FunctionAddress, key: string): Promise<Kinds[K] | undefined> {
    if (!isKey(kind, key)) return undefined;
    return decoded(await this.documents.read(partKey(address, kind, address.name, key)));
  }

  /** The version that a qualifier names: itself, or the first of an alias. Without one, `$LATEST`. */
  async requireVersion(address: FunctionAddress, qualifier: string | undefined): Promise<VersionRecord> {
    const record = await this.require(address, qualifier);
    if (qualifier === undefined || qualifier === latest) return record.latest;
    const number = isVersionNumber(qualifier) ? qualifier : (await this.get('alias', address, qualifier))?.version;
    const version = number === latest ? record.latest : number === undefined ? undefined : await this.get('version', address, number);
    if (version !== undefined) return version;
    throw isVersionNumber(qualifier) ? functionNotFound(qualifiedArn(address, qualifier)) : aliasNotFound(qualifiedArn(address, qualifier));
  }

  /** In order of their names, after `after`. */
  async list(
    place: Place,
    { after, limit }: { readonly after: string | undefined; readonly limit: number },
  ): Promise<readonly FunctionRecord[]> {
    const prefix = functionKey(place, '');
    const page = await this.documents.list({ prefix, after: after === undefined ? undefined : prefix + after, limit });
    return page.map(({ content }) => decode(content));
  }

  /** In order of their keys, after `after`. */
  async listParts<K extends Kind>(
    kind: K,
    address: FunctionAddress,
    { after, limit }: { readonly after: string | undefined; readonly limit: number },
  ): Promise<readonly Kinds[K][]> {
    const prefix = partKey(address, kind, address.name, '');
    const from = after === undefined ? undefined : partKey(address, kind, address.name, after);
    return (await this.documents.list({ prefix, after: from, limit })).map(({ content }) => decode(content));
  }

  /** Digests of the packages that any function or version has, of all places. */
  async packagesInUse(): Promise<ReadonlySet<string>> {
    const used = new Set<string>();
    for (let after: string | undefined; ; ) {
      const page = await this.documents.list({ prefix: root, after, limit: scanPage });
      for (const { name, content } of page) {
        const [, , , kind] = name.split('/');
        const version =
          kind === 'function' ? decode<FunctionRecord>(content).latest : kind === 'version' ? decode<VersionRecord>(content) : undefined;
        if (version?.code.kind === 'package') used.add(version.code.sha256);
      }
      after = page.at(-1)?.name;
      if (page.length < scanPage) return used;
    }
  }

  async usage(place: Place): Promise<Usage> {
    return decoded<Usage>(await this.documents.read(usageKey(place))) ?? noUsage;
  }

  /** Told after each change of any function of this process. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** One transaction. `body` is pure and may be run again; a refusal that it answers with is thrown, and leaves nothing of what it wrote. */
  async change<T>({ account, region }: Place, body: (functions: Functions) => T | Refusal): Promise<Exclude<T, Refusal>> {
    const place = { account, region };
    const changed = await this.documents.transact(placeKey(place), (documents) => accept(body(new Functions(place, documents))));
    for (const tell of this.#listeners) tell();
    return changed as Exclude<T, Refusal>;
  }

  /** Refuses what would make the store grow while the disk is nearly full. */
  requireRoom(): void {
    if (!this.documents.hasRoom()) throw storageFull();
  }
}

/** The functions of a place within a transaction. */
export class Functions {
  constructor(
    private readonly place: Place,
    private readonly documents: DocumentTransaction,
  ) {}

  find(name: string): FunctionRecord | undefined {
    return decoded(this.documents.read(functionKey(this.place, name)));
  }

  put(record: FunctionRecord): void {
    this.documents.write(functionKey(this.place, record.name), encode(record));
  }

  remove(name: string): void {
    this.documents.delete(functionKey(this.place, name));
  }

  get<K extends Kind>(kind: K, name: string, key: string): Kinds[K] | undefined {
    if (!isKey(kind, key)) return undefined;
    return decoded(this.documents.read(partKey(this.place, kind, name, key)));
  }

  set<K extends Kind>(kind: K, name: string, key: string, part: Kinds[K]): void {
    this.documents.write(partKey(this.place, kind, name, key), encode(part));
  }

  /** Whether it was there. */
  unset(kind: Kind, name: string, key: string): boolean {
    const document = partKey(this.place, kind, name, key);
    if (this.documents.read(document) === undefined) return false;
    this.documents.delete(document);
    return true;
  }

  parts<K extends Kind>(kind: K, name: string, limit: number): readonly Kinds[K][] {
    return this.documents.list({ prefix: partKey(this.place, kind, name, ''), limit }).map(({ content }) => decode(content));
  }

  /** Removes up to `max` parts of a function, and answers those that were versions; fewer than `max` in all: there is none left. */
  removeParts(name: string, max: number): { readonly removed: number; readonly versions: readonly VersionRecord[] } {
    const versions: VersionRecord[] = [];
    let removed = 0;
    for (const kind of kinds) {
      for (const { name: document, content } of this.documents.list({
        prefix: partKey(this.place, kind, name, ''),
        limit: max - removed,
      })) {
        if (kind === 'version') versions.push(decode(content));
        this.documents.delete(document);
        removed++;
      }
    }
    return { removed, versions };
  }

  get usage(): Usage {
    return decoded<Usage>(this.documents.read(usageKey(this.place))) ?? noUsage;
  }

  set usage(usage: Usage) {
    this.documents.write(usageKey(this.place), encode(usage));
  }
}

const root = 'functions/';
/** Documents read at a time when all are looked at. */
const scanPage = 100;

function placeKey({ account, region }: Place): string {
  return `${root}${account}/${region}/`;
}

function usageKey(place: Place): string {
  return `${placeKey(place)}usage`;
}

function functionKey(place: Place, name: string): string {
  return `${placeKey(place)}function/${name}`;
}

/** Version `01` is none, although its key would be that of 1. */
function isKey(kind: Kind, key: string): boolean {
  return kind !== 'version' || /^[1-9][0-9]{0,9}$/.test(key);
}

function partKey(place: Place, kind: Kind, name: string, key: string): string {
  return `${placeKey(place)}${kind}/${name}/${kind === 'version' && key !== '' ? key.padStart(10, '0') : key}`;
}

function encode(value: object): string {
  return JSON.stringify({ layout, ...value });
}

function decoded<T extends object>(content: string | undefined): T | undefined {
  return content === undefined ? undefined : decode<T>(content);
}

function decode<T extends object>(content: string): T {
  const document: T & { readonly layout: number } = JSON.parse(content);
  if (document.layout !== layout) throw new Error(`a document about functions has layout ${document.layout}, known is ${layout}`);
  return document;
}
