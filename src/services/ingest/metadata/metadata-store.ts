import type { Documents } from '../../../engine/documents.js';

/** What is known of a payload, where other programs look for it. */
export interface MetadataItem {
  readonly messageID: string;
  /** When it was received; epoch milliseconds. */
  readonly receivedAt: number;
  readonly metaData: Readonly<Record<string, unknown>>;
}

/**
 * Where metadata are kept.
 *
 * M1  An item is durable when a call resolves.
 * M2  `add` leaves an item that is there as it is: one that comes late, from an attempt that was given up, does not undo what `replace` has written.
 */
export interface MetadataStore {
  /** What references to its items name it by. */
  readonly table: string;
  add(item: MetadataItem, signal: AbortSignal): Promise<void>;
  replace(item: MetadataItem, signal: AbortSignal): Promise<void>;
  read(item: Pick<MetadataItem, 'messageID' | 'receivedAt'>): Promise<MetadataItem['metaData'] | undefined>;
}

/** Items as documents of the broker's own store. */
export class DocumentMetadataStore implements MetadataStore {
  constructor(
    private readonly documents: Documents,
    /** Also what the names of the documents begin with. */
    readonly table: string,
  ) {}

  async add(item: MetadataItem): Promise<void> {
    await this.documents.createOnce(this.#name(item), JSON.stringify(item.metaData));
  }

  async replace(item: MetadataItem): Promise<void> {
    const name = this.#name(item);
    await this.documents.transact(name, (documents) => documents.write(name, JSON.stringify(item.metaData)));
  }

  async read(item: Pick<MetadataItem, 'messageID' | 'receivedAt'>): Promise<MetadataItem['metaData'] | undefined> {
    const text = await this.documents.read(this.#name(item));
    return text === undefined ? undefined : JSON.parse(text);
  }

  #name({ messageID }: Pick<MetadataItem, 'messageID'>): string {
    return `${this.table}/${messageID}`;
  }
}
