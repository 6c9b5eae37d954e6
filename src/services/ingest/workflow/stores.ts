import type { ObjectStore } from '../archive/object-store.js';
import type { MetadataStore } from '../metadata/metadata-store.js';

/** Where the records of each pipeline go. */
export interface Stores {
  /** Undefined for a pipeline that is not configured. */
  archiveOf(pipeline: string): ObjectStore | undefined;
  metadataOf(pipeline: string): MetadataStore | undefined;
}
