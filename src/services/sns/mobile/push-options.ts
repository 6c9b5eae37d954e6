import { parseJsonObject } from '../../../base/json-object.js';
import type { Refusal } from '../../../wire/refusal.js';
import { invalidAttribute } from '../errors.js';
import type { MessageAttribute } from '../model/message-attributes.js';
import { isApple, type Platform, takesZeroLifetime } from './platform.js';

/** What reserved message attributes ask of a push service. */
export interface PushOptions {
  /** From the publish on. Zero: now or never. */
  readonly lifetimeSeconds?: number;
  /** Apple's headers: `apns-topic`, `apns-push-type`, `apns-priority`, `apns-collapse-id`. */
  readonly topic?: string;
  readonly pushType?: string;
  readonly priority?: number;
  readonly collapseId?: string;
}

/** Apple, "Sending notification requests to APNs": `apns-push-type`. */
const pushTypes: readonly string[] = [
  'alert',
  'background',
  'complication',
  'controls',
  'fileprovider',
  'liveactivity',
  'location',
  'mdm',
  'pushtotalk',
  'voip',
  'widgets',
];
const priorities: readonly string[] = ['1', '5', '10'];
const topicCharsMax = 255;
const collapseIdBytesMax = 64;

/**
 * Developer guide, "Mobile push notification attributes" and "TTL message attributes". Attributes for other platforms say nothing to this one. `FCM` is
 * the newer name of `GCM`.
 */
export function readPushOptions(attributes: readonly MessageAttribute[], platform: Platform): PushOptions | Refusal {
  const given = new Map(attributes.map(({ name, value }) => [name, String(value)]));
  const named = (...names: readonly string[]): readonly [string, string | undefined] => {
    const name = names.map((part) => `AWS.SNS.MOBILE.${part}`).find((full) => given.has(full)) ?? '';
    return [name, given.get(name)];
  };
  const [lifetimeName, lifetime] = platform === 'GCM' ? named('GCM.TTL', 'FCM.TTL') : named(`${platform}.TTL`);
  if (lifetime !== undefined && !/^\d{1,9}$/.test(lifetime)) return badValue(lifetimeName, 'a whole number of seconds');
  const ofLifetime = lifetime !== undefined && { lifetimeSeconds: Number(lifetime) };
  if (!isApple(platform)) return { ...ofLifetime };
  const [topicName, topic] = named('APNS.TOPIC');
  if (topic !== undefined && topic.length > topicCharsMax) return badValue(topicName, `at most ${topicCharsMax} characters`);
  const [typeName, pushType] = named('APNS.PUSH_TYPE');
  if (pushType !== undefined && !pushTypes.includes(pushType)) return badValue(typeName, pushTypes.join(', '));
  const [priorityName, priority] = named('APNS.PRIORITY');
  if (priority !== undefined && !priorities.includes(priority)) return badValue(priorityName, priorities.join(', '));
  const [collapseName, collapseId] = named('APNS.COLLAPSE_ID');
  if (collapseId !== undefined && Buffer.byteLength(collapseId) > collapseIdBytesMax) {
    return badValue(collapseName, `at most ${collapseIdBytesMax} bytes`);
  }
  return {
    ...ofLifetime,
    ...(topic !== undefined && { topic }),
    ...(pushType !== undefined && { pushType }),
    ...(priority !== undefined && { priority: Number(priority) }),
    ...(collapseId !== undefined && { collapseId }),
  };
}

function badValue(name: string, expected: string): Refusal {
  return invalidAttribute(`The message attribute '${name}' has an invalid value: expected ${expected}.`);
}

/**
 * The seconds that a notification has left after waiting here; `expired`: it is not to be sent. Undefined: nobody has limited them. Developer guide, "TTL
 * message attributes": the attribute wins over the payload, and zero drops the message where the service does not know it.
 */
export function secondsLeft(options: PushOptions, payload: string, platform: Platform, dwellMs: number): number | 'expired' | undefined {
  const lifetime = options.lifetimeSeconds ?? lifetimeIn(payload, platform);
  if (lifetime === undefined) return undefined;
  if (lifetime === 0 && takesZeroLifetime(platform)) return 0;
  const left = lifetime - dwellMs / 1_000;
  return left <= 0 ? 'expired' : Math.ceil(left);
}

/** Google's legacy payload and Amazon's have a member for it. */
function lifetimeIn(payload: string, platform: Platform): number | undefined {
  if (isApple(platform)) return undefined;
  const lifetime = parseJsonObject(payload)?.[platform === 'GCM' ? 'time_to_live' : 'expiresAfter'];
  const seconds = typeof lifetime === 'string' ? Number.parseInt(lifetime, 10) : lifetime;
  return typeof seconds === 'number' && seconds >= 0 ? seconds : undefined;
}
