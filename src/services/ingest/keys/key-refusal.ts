import type { ApiKeyId, Permission } from './api-key.js';

/** Who a request comes from, as records name it. */
export interface Caller {
  readonly keyID: ApiKeyId;
  readonly keyName: string;
}

/** Why a request is not let through. */
export type KeyRefusal =
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'notPermitted'; readonly caller: Caller; readonly permission: Permission }
  | { readonly kind: 'otherPipeline'; readonly caller: Caller; readonly pipeline: string }
  | { readonly kind: 'tooFast'; readonly caller: Caller; readonly waitMs: number }
  | { readonly kind: 'quotaUsed'; readonly caller: Caller; readonly waitMs: number };

/** A refusal for the wire; codes and statuses are those of API Gateway's responses FORBIDDEN, THROTTLED and QUOTA_EXCEEDED. */
export interface KeyRefusalReply {
  readonly status: 403 | 429;
  readonly code: 'ForbiddenException' | 'TooManyRequestsException' | 'LimitExceededException';
  readonly message: string;
  /** For `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

export function keyRefusalReply(refusal: KeyRefusal): KeyRefusalReply {
  switch (refusal.kind) {
    case 'missing':
      return forbidden('the header x-api-key is missing: make a key with "signalbox keys create NAME" and send it');
    case 'unknown':
      return forbidden('what x-api-key holds is no valid API key: it may be mistyped, or have been revoked');
    case 'notPermitted':
      return forbidden(
        `the API key ${refusal.caller.keyName} may not ${refusal.permission} records: make one with "signalbox keys create NAME --allow ${refusal.permission}"`,
      );
    case 'otherPipeline':
      return forbidden(`the API key ${refusal.caller.keyName} is not for the pipeline ${refusal.pipeline}`);
    case 'tooFast':
      return {
        status: 429,
        code: 'TooManyRequestsException',
        message: `the API key ${refusal.caller.keyName} is used more often than its rate allows: wait ${refusal.waitMs} ms`,
        retryAfterSeconds: secondsOf(refusal.waitMs),
      };
    case 'quotaUsed':
      return {
        status: 429,
        code: 'LimitExceededException',
        message: `the API key ${refusal.caller.keyName} has used up its quota: the next period begins in ${secondsOf(refusal.waitMs)} s`,
        retryAfterSeconds: secondsOf(refusal.waitMs),
      };
  }
}

function forbidden(message: string): KeyRefusalReply {
  return { status: 403, code: 'ForbiddenException', message };
}

function secondsOf(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / 1_000));
}
