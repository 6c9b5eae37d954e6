import { STATUS_CODES } from 'node:http';
import type { Clock } from '../../../base/clock.js';
import { parseJsonObject } from '../../../base/json-object.js';
import { httpAttemptMsMax } from '../limits.js';
import type { ApplicationArn, EndpointArn } from '../mobile/mobile-arn.js';
import type { Platform } from '../mobile/platform.js';
import { deadlineOf } from './deadline.js';
import type { Pusher } from './http-channel.js';

/** One notification for one device. */
export interface Push {
  readonly messageId: string;
  readonly platform: Platform;
  readonly token: string;
  /** A JSON object. */
  readonly payload: string;
  readonly application: ApplicationArn;
  readonly endpoint: EndpointArn;
  readonly attributes: PushAttributes;
  readonly credentials: PushCredentials;
  /** Ends the attempt, which then has `failed`. */
  readonly signal: AbortSignal;
}

export interface PushAttributes {
  /** How long it is still of use; zero: now or never. */
  readonly timeToLiveSeconds?: number | undefined;
  readonly topic?: string | undefined;
  readonly pushType?: string | undefined;
  readonly priority?: number | undefined;
  readonly collapseId?: string | undefined;
}

/** What the application was created with. */
export interface PushCredentials {
  readonly credential: string | undefined;
  readonly principal: string | undefined;
  readonly appleTeamId: string | undefined;
  readonly appleBundleId: string | undefined;
}

/** `failed`: worth another attempt. `refused`: the last word. `invalidToken`: the last word about this token. */
export interface PushOutcome {
  readonly kind: 'delivered' | 'failed' | 'refused' | 'invalidToken';
  readonly statusCode?: number;
  readonly response: string;
}

/** Hands notifications to a push service, or to what stands in front of one. */
export interface PushChannel {
  /** `log`: nobody brings them to devices; they are for people to look at. */
  readonly kind: 'log' | 'provider';
  push(push: Push): Promise<PushOutcome>;
}

/** No provider: every notification counts as delivered, and is shown by the journal. */
export const logPushChannel: PushChannel = { kind: 'log', push: async () => ({ kind: 'delivered', statusCode: 200, response: 'logged' }) };

/** What stands in front of push services. */
export interface PushProvider {
  readonly pusher: Pusher;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it is told the credentials of applications. */
  readonly sendCredentials: boolean;
}

/**
 * Posts each notification as JSON. 2xx is delivered; 410, or an answer with `{"invalidToken": true}`, says that the device is not to be reached by this token;
 * 5xx, 429 and no answer are tried again; others are the last word.
 */
export function providerPushChannel({ pusher, url, headers, sendCredentials }: PushProvider, clock: Clock): PushChannel {
  return {
    kind: 'provider',
    async push(push) {
      using deadline = deadlineOf(push.signal, clock, httpAttemptMsMax);
      const pushed = await pusher.push({
        url,
        headers: { 'User-Agent': 'Signalbox', ...headers, 'Content-Type': 'application/json' },
        body: bodyOf(push, sendCredentials),
        wantsAnswer: true,
        signal: deadline.signal,
      });
      switch (pushed.kind) {
        case 'answered':
          return { ...answerOf(pushed.status, pushed.answer), statusCode: pushed.status };
        case 'forbidden':
          return { kind: 'refused', response: pushed.reason };
        case 'failed':
          return { kind: 'failed', response: pushed.reason };
      }
    },
  };
}

/** The payload stands in it as it was published. `messageId` is the same in every attempt: a provider can tell repeats by it. */
function bodyOf({ signal: _, payload, credentials, ...push }: Push, sendCredentials: boolean): string {
  const others = JSON.stringify({ ...push, ...(sendCredentials && { credentials }) });
  return `${others.slice(0, -1)},"payload":${payload}}`;
}

function answerOf(status: number, answer: string | undefined): Pick<PushOutcome, 'kind' | 'response'> {
  const response = STATUS_CODES[status] ?? String(status);
  if (status === 410 || parseJsonObject(answer ?? '')?.invalidToken === true) return { kind: 'invalidToken', response };
  if (status >= 200 && status < 300) return { kind: 'delivered', response };
  return { kind: status >= 500 || status === 429 ? 'failed' : 'refused', response };
}
