import { parseJsonObject } from '../../../base/json-object.js';
import type { MessageTexts } from '../model/message-texts.js';
import { isApple, type Platform, payloadBytesMax } from './platform.js';

/**
 * What an app of the platform gets, as JSON, when `text` is the one for it: that under the platform's key as it is; without one, the text for all, wrapped as AWS wraps it.
 * Developer guide, "Publishing with platform-specific payloads"; the key `default` of Google and Amazon is what apps have seen, AWS does not document it.
 */
export function payloadOf({ others }: MessageTexts, platform: Platform, text: string): string {
  if (others.has(platform)) return text;
  return JSON.stringify(isApple(platform) ? { aps: { alert: text } } : { data: { default: text } });
}

/** What the service would say of it; the texts are those of Publish. */
export function payloadProblem(payload: string, platform: Platform): string | undefined {
  if (Buffer.byteLength(payload) > payloadBytesMax(platform)) {
    return platform === 'GCM' ? 'Notification data is larger than allowed limit' : 'Notification is too long';
  }
  return parseJsonObject(payload) === undefined ? 'Notification is malformed' : undefined;
}
