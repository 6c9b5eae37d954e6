import type { Clock } from '../../../base/clock.js';
import type { Random } from '../../../base/random.js';
import type { Documents } from '../../../engine/documents.js';
import { type ApiKey, type ApiKeyId, digestOf, keyText, type Permission, type Quota, type RevokedKey } from './api-key.js';
import type { Caller, KeyRefusal } from './key-refusal.js';
import { readKeyRequest } from './key-request.js';
import { KeyStore } from './key-store.js';
import { keySecretBytes, keysMax, keyTextCharactersMax, pageMax } from './limits.js';
import { periodAt } from './quota-period.js';
import { Quotas } from './quotas.js';
import { type Bucket, fullBucket, takeToken } from './rate.js';

export interface ApiKeysDependencies {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly random: Random;
  /** That keys can be for. */
  readonly pipelines: readonly string[];
}

/** What a request is about to do. */
export interface Use {
  readonly pipeline: string;
  readonly permission: Permission;
}

export type Authenticated = { readonly kind: 'caller'; readonly caller: Caller } | KeyRefusal;

/** A key as people see it. */
export interface ShownKey {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly pipelines: readonly string[];
  readonly rate?: ApiKey['rate'];
  readonly quota?: (Quota & { readonly used?: number; readonly endsAt?: string }) | undefined;
  readonly createdAt: string;
  readonly revokedAt?: string;
}

export type CreatedKey =
  | { readonly kind: 'created'; readonly key: ShownKey; readonly text: string }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  | { readonly kind: 'storageFull' };

/** The API keys of all pipelines: who may hand records in, who may read them, how fast and how many. */
export class ApiKeys {
  readonly #store: KeyStore;
  readonly #quotas: Quotas;
  /** Of keys that were used since the start, no more than there are. */
  readonly #buckets = new Map<ApiKeyId, Bucket>();

  constructor(private readonly dependencies: ApiKeysDependencies) {
    this.#store = new KeyStore(dependencies.documents);
    this.#quotas = new Quotas(dependencies.documents);
  }

  /** Whether what a request sends as `x-api-key` lets it do that. A request that is let through counts for rate and quota, whatever becomes of it. */
  async authenticate(header: string | undefined, { pipeline, permission }: Use): Promise<Authenticated> {
    if (header === undefined || header === '') return { kind: 'missing' };
    const key = header.length > keyTextCharactersMax ? undefined : await this.#store.find(header);
    if (key === undefined) return { kind: 'unknown' };
    const caller = { keyID: key.id, keyName: key.name };
    if (!key.permissions.includes(permission)) return { kind: 'notPermitted', caller, permission };
    if (key.pipelines.length > 0 && !key.pipelines.includes(pipeline)) return { kind: 'otherPipeline', caller, pipeline };
    const waitMs = this.#takeToken(key);
    if (waitMs > 0) return { kind: 'tooFast', caller, waitMs };
    const now = this.dependencies.clock.now();
    const usedUntil = key.quota && (await this.#quotas.take(key, key.quota, now));
    return usedUntil === undefined ? { kind: 'caller', caller } : { kind: 'quotaUsed', caller, waitMs: usedUntil - now };
  }

  /** The text of the key is in the answer and nowhere else. */
  async create(given: unknown): Promise<CreatedKey> {
    const { documents, clock, random, pipelines } = this.dependencies;
    const read = readKeyRequest(given, pipelines);
    if (read.kind === 'problems') return { kind: 'refused', problems: read.problems };
    if (!documents.hasRoom()) return { kind: 'storageFull' };
    const { text: imported, ...request } = read.request;
    const id = random.bytes(8).toString('hex') as ApiKeyId;
    const text = imported ?? keyText(id, random.bytes(keySecretBytes));
    const key: ApiKey = { id, ...request, digest: digestOf(text).toString('hex'), createdAt: clock.now() };
    const added = await this.#store.add(key);
    if (added === 'added') return { kind: 'created', key: shown(key), text };
    return { kind: 'refused', problems: [refusals[added](key.name)] };
  }

  /** In order of their names, the revoked ones of their ids, after that one. */
  async list(which: 'active' | 'revoked', after: string | undefined): Promise<readonly ShownKey[]> {
    const now = this.dependencies.clock.now();
    const page = await this.#store.page(which, after, pageMax);
    return Promise.all(
      page.map(async (key) => {
        if (key.quota === undefined || which === 'revoked') return shown(key);
        const used = await this.#quotas.used(key, key.quota, now);
        const { to } = periodAt(key.quota.per, now);
        return { ...shown(key), quota: { ...key.quota, used, endsAt: new Date(to).toISOString() } };
      }),
    );
  }

  /** By name or id. From then on it opens nothing. Undefined: no valid key is called so. */
  async revoke(nameOrId: string): Promise<ShownKey | undefined> {
    const revoked = await this.#store.revoke(nameOrId, this.dependencies.clock.now());
    if (revoked === undefined) return undefined;
    this.#buckets.delete(revoked.id);
    this.#quotas.forget(revoked.id);
    return shown(revoked);
  }

  stop(): Promise<void> {
    return this.#quotas.close();
  }

  #takeToken({ id, rate }: ApiKey): number {
    if (rate === undefined) return 0;
    const now = this.dependencies.clock.now();
    const { bucket, waitMs } = takeToken(this.#buckets.get(id) ?? fullBucket(rate, now), rate, now);
    this.#buckets.set(id, bucket);
    return waitMs;
  }
}

const refusals = {
  nameTaken: (name: string) => `name is ${JSON.stringify(name)}: there is a valid key of that name; revoke it first, or take another name`,
  textTaken: () => 'key is that of another valid key',
  tooMany: () => `there are ${keysMax} valid keys already: revoke one first`,
} as const;

function shown({ id, name, permissions, pipelines, rate, quota, createdAt, ...rest }: ApiKey & Partial<RevokedKey>): ShownKey {
  return {
    id,
    name,
    permissions,
    pipelines,
    rate,
    quota,
    createdAt: new Date(createdAt).toISOString(),
    ...(rest.revokedAt !== undefined && { revokedAt: new Date(rest.revokedAt).toISOString() }),
  };
}
