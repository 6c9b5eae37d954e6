import { isRefusal, type Refusal } from '../../wire/refusal.js';
import type { Catalogue } from './catalogue.js';
import { functionNotFound, mappingNotFound } from './errors.js';
import type { MappingRecords } from './mappings/mapping-records.js';
import { arnOf } from './model/function-name.js';
import type { Taggable, Tags } from './model/tags.js';

/** The tags of functions and of event source mappings. */
export class Tagged {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly mappings: MappingRecords,
  ) {}

  /** Throws ResourceNotFound. */
  async of(resource: Taggable): Promise<Tags> {
    const tagged =
      resource.kind === 'function'
        ? await this.catalogue.require(resource.address)
        : await this.mappings.require(resource.place, resource.id);
    return tagged.tags;
  }

  /** `next` is pure and may be called again. What it refuses is thrown, and changes nothing. */
  async change(resource: Taggable, next: (tags: Tags) => Tags | Refusal): Promise<void> {
    if (resource.kind === 'function') {
      const { address } = resource;
      await this.catalogue.change(address, (functions): true | Refusal => {
        const record = functions.find(address.name);
        if (record === undefined) return functionNotFound(arnOf(address));
        const tags = next(record.tags);
        if (isRefusal(tags)) return tags;
        functions.put({ ...record, tags });
        return true;
      });
      return;
    }
    await this.mappings.change(resource.place, (mappings): true | Refusal => {
      const mapping = mappings.find(resource.id);
      if (mapping === undefined) return mappingNotFound();
      const tags = next(mapping.tags);
      if (isRefusal(tags)) return tags;
      mappings.put({ ...mapping, tags });
      return true;
    });
  }
}
