import type { Documents, DocumentTransaction } from '../../../engine/documents.js';
import { type ApiKey, digestOf, isDigestOf, type RevokedKey } from './api-key.js';
import { keysMax } from './limits.js';

/**
 * Where keys are kept:
 *
 * | document                             | content                                              |
 * | ------------------------------------ | ---------------------------------------------------- |
 * | `ingest-keys/active/<name>`          | the key                                              |
 * | `ingest-keys/digest/<half a digest>` | the name of the active key whose digest begins so    |
 * | `ingest-keys/revoked/<id>`           | the key, kept so that old records can be traced      |
 * | `ingest-keys/used/<id>`              | what it has used of its quota: `quotas.ts`           |
 */
export class KeyStore {
  constructor(private readonly documents: Documents) {}

  /** What stood against it, if anything did. */
  add(key: ApiKey): Promise<'added' | 'nameTaken' | 'textTaken' | 'tooMany'> {
    return this.documents.transact(folder, (documents) => {
      if (documents.read(activeName(key.name)) !== undefined) return 'nameTaken';
      if (documents.read(digestName(key.digest)) !== undefined) return 'textTaken';
      if (documents.list({ prefix: digests, limit: keysMax }).length === keysMax) return 'tooMany';
      documents.write(activeName(key.name), JSON.stringify(key));
      documents.write(digestName(key.digest), key.name);
      return 'added';
    });
  }

  /** The valid key with this text. */
  async find(text: string): Promise<ApiKey | undefined> {
    const digest = digestOf(text);
    const name = await this.documents.read(digestName(digest.toString('hex')));
    const content = name === undefined ? undefined : await this.documents.read(activeName(name));
    const key = content === undefined ? undefined : readKey(content);
    return key !== undefined && isDigestOf(key, digest) ? key : undefined;
  }

  async page(which: 'active' | 'revoked', after: string | undefined, limit: number): Promise<readonly (ApiKey | RevokedKey)[]> {
    const prefix = which === 'active' ? actives : revokeds;
    const page = await this.documents.list({ prefix, after: after === undefined ? undefined : prefix + after, limit });
    return page.map(({ content }) => readKey(content));
  }

  /** By name or id. Undefined: no valid key is called so. */
  revoke(nameOrId: string, now: number): Promise<RevokedKey | undefined> {
    return this.documents.transact(folder, (documents) => {
      const key = activeKey(documents, nameOrId);
      if (key === undefined) return undefined;
      const revoked = { ...key, revokedAt: now };
      documents.delete(activeName(key.name));
      documents.delete(digestName(key.digest));
      documents.write(revokeds + key.id, JSON.stringify(revoked));
      return revoked;
    });
  }
}

const folder = 'ingest-keys/';
const actives = `${folder}active/`;
const digests = `${folder}digest/`;
const revokeds = `${folder}revoked/`;
/** Of hexadecimal digits. The other half is compared in constant time. */
const digestDigits = 32;

function activeName(name: string): string {
  return actives + name;
}

function digestName(digest: string): string {
  return digests + digest.slice(0, digestDigits);
}

function activeKey(documents: DocumentTransaction, nameOrId: string): ApiKey | undefined {
  const named = documents.read(activeName(nameOrId));
  if (named !== undefined) return readKey(named);
  return documents
    .list({ prefix: actives, limit: keysMax })
    .map(({ content }) => readKey(content))
    .find(({ id }) => id === nameOrId);
}

function readKey(content: string): ApiKey | RevokedKey {
  return JSON.parse(content) as ApiKey | RevokedKey;
}
