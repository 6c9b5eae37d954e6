import { createHash, timingSafeEqual } from 'node:crypto';
import type { Brand } from '../../../base/ids.js';

/** Sixteen hexadecimal digits: what records, lists and logs call a key. It opens nothing. */
export type ApiKeyId = Brand<'ApiKeyId'>;

/** `send`: hand records in. `read`: see every record of a pipeline, with its payload. */
export const permissions = ['send', 'read'] as const;
export type Permission = (typeof permissions)[number];

/** A key as it is kept: what its owner sends is not, only its digest. */
export interface ApiKey {
  readonly id: ApiKeyId;
  readonly name: string;
  /** SHA-256 of what is sent as `x-api-key`, in hexadecimal digits. What is made here has 256 random bits, so that no slower hash is needed. */
  readonly digest: string;
  readonly permissions: readonly Permission[];
  /** Empty: all. */
  readonly pipelines: readonly string[];
  /** Absent: as fast as it comes. */
  readonly rate?: Rate | undefined;
  /** Absent: as many as come. */
  readonly quota?: Quota | undefined;
  /** Epoch ms. */
  readonly createdAt: number;
}

export interface RevokedKey extends ApiKey {
  readonly revokedAt: number;
}

/** Requests a second over time, and how many may come at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export const quotaPeriods = ['day', 'week', 'month'] as const;
export type QuotaPeriod = (typeof quotaPeriods)[number];

/** Requests in a calendar period, UTC. */
export interface Quota {
  readonly requests: number;
  readonly per: QuotaPeriod;
}

/** Finds programs that leak secrets: `sbx_<id>_<secret>`, as other providers mark theirs. */
export function keyText(id: ApiKeyId, secret: Buffer): string {
  return `sbx_${id}_${secret.toString('base64url')}`;
}

export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Takes the same time wherever they differ. */
export function isDigestOf(key: ApiKey, presented: Buffer): boolean {
  return timingSafeEqual(Buffer.from(key.digest, 'hex'), presented);
}
