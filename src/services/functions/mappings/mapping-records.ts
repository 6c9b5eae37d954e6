import type { AccountId, Region } from '../../../base/ids.js';
import type { Documents, DocumentTransaction } from '../../../engine/documents.js';
import { accept, type Refusal } from '../../../wire/refusal.js';
import type { Place } from '../catalogue.js';
import { mappingNotFound, storageFull } from '../errors.js';
import { latest, referenceOfArn } from '../model/function-name.js';
import type { Mapping } from './mapping.js';

export interface PlacedId {
  readonly place: Place;
  readonly id: string;
}

const root = 'function-mappings/';
const layout = 1;

/**
 * Event source mappings as durable documents. Their names begin with `function-mappings/<account>/<region>/`:
 *
 *     mapping/<UUID>
 *     pair/<queue's ARN>/<function's ARN>     the UUID of the mapping between the two
 */
export class MappingRecords {
  constructor(private readonly documents: Pick<Documents, 'read' | 'list' | 'transact' | 'hasRoom'>) {}

  async find(place: Place, id: string): Promise<Mapping | undefined> {
    return isId(id) ? decoded(await this.documents.read(mappingKey(place, id))) : undefined;
  }

  async require(place: Place, id: string): Promise<Mapping> {
    const mapping = await this.find(place, id);
    if (mapping === undefined) throw mappingNotFound();
    return mapping;
  }

  /** In order of their ids, after `after`. */
  async list(place: Place, { after, limit }: { readonly after: string | undefined; readonly limit: number }): Promise<readonly Mapping[]> {
    const prefix = mappingKey(place, '');
    const page = await this.documents.list({ prefix, after: after === undefined ? undefined : prefix + after, limit });
    return page.map(({ content }) => decode(content));
  }

  /** Every mapping of every place, page after page, whatever its document holds. `visit` says whether to go on. */
  async each(pageSize: number, visit: (placed: PlacedId) => Promise<boolean>): Promise<void> {
    for (let after: string | undefined; ; ) {
      const page = await this.documents.list({ prefix: root, after, limit: pageSize });
      for (const { name } of page) {
        const [, account, region, kind, id = ''] = name.split('/');
        if (kind !== 'mapping') continue;
        const place = { account: account as AccountId, region: region as Region };
        if (!(await visit({ place, id }))) return;
      }
      after = page.at(-1)?.name;
      if (page.length < pageSize) return;
    }
  }

  /** One transaction. `body` is pure and may be run again; a refusal that it answers with is thrown, and leaves nothing of what it wrote. */
  change<T>({ account, region }: Place, body: (mappings: MappingTransaction) => T | Refusal): Promise<Exclude<T, Refusal>> {
    const place = { account, region };
    return this.documents.transact(
      placeKey(place),
      (documents) => accept(body(new MappingTransaction(place, documents))) as Exclude<T, Refusal>,
    );
  }

  /** Refuses what would make the store grow while the disk is nearly full. */
  requireRoom(): void {
    if (!this.documents.hasRoom()) throw storageFull();
  }
}

/** The mappings of a place within a transaction. */
export class MappingTransaction {
  constructor(
    private readonly place: Place,
    private readonly documents: DocumentTransaction,
  ) {}

  find(id: string): Mapping | undefined {
    return isId(id) ? decoded(this.documents.read(mappingKey(this.place, id))) : undefined;
  }

  /** The id of the mapping between this one's queue and function, if there is another. */
  rivalOf(mapping: Mapping): string | undefined {
    const id = this.documents.read(pairKey(this.place, mapping));
    return id === mapping.id ? undefined : id;
  }

  put(mapping: Mapping): void {
    const before = this.find(mapping.id);
    if (before !== undefined) this.documents.delete(pairKey(this.place, before));
    this.documents.write(pairKey(this.place, mapping), mapping.id);
    this.documents.write(mappingKey(this.place, mapping.id), JSON.stringify({ layout, ...mapping }));
  }

  remove(mapping: Mapping): void {
    this.documents.delete(pairKey(this.place, mapping));
    this.documents.delete(mappingKey(this.place, mapping.id));
  }
}

function isId(text: string): boolean {
  return /^[0-9a-f-]{36}$/.test(text);
}

function placeKey({ account, region }: Place): string {
  return `${root}${account}/${region}/`;
}

function mappingKey(place: Place, id: string): string {
  return `${placeKey(place)}mapping/${id}`;
}

/** A function without a qualifier is its `$LATEST`. */
function pairKey(place: Place, { queue, functionArn }: Mapping): string {
  const qualified = referenceOfArn(functionArn)?.qualifier === undefined ? `${functionArn}:${latest}` : functionArn;
  return `${placeKey(place)}pair/${queue}/${qualified}`;
}

function decoded(content: string | undefined): Mapping | undefined {
  return content === undefined ? undefined : decode(content);
}

function decode(content: string): Mapping {
  const document: Mapping & { readonly layout: number } = JSON.parse(content);
  if (document.layout !== layout) throw new Error(`an event source mapping has layout ${document.layout}, known is ${layout}`);
  return { ...document, tags: document.tags ?? {} }; // those of the first days have none
}
