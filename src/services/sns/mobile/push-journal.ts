import type { EndpointArn } from './mobile-arn.js';
import type { PushOptions } from './push-options.js';

/** What became of a notification. */
export interface PushEntry {
  readonly at: string;
  readonly messageId: string;
  readonly endpointArn: EndpointArn;
  readonly topicArn: string | undefined;
  /** As of the last attempt; undefined where the endpoint is gone. Absent, as `payload` is, where a provider brings notifications to devices. */
  readonly token?: string | undefined;
  readonly payload?: string;
  readonly options: PushOptions;
  readonly status: 'delivered' | 'failed';
  readonly response: string;
  readonly attempts: number;
}

/** Notifications that are remembered, and characters of each payload: no service takes more. */
const entriesMax = 100;
const payloadCharsMax = 6_144;

/** The last notifications, newest first, for people to look at: in memory, so a restart begins anew. Nothing depends on it. */
export class PushJournal {
  #entries: readonly PushEntry[] = [];

  add(entry: PushEntry): void {
    const { payload } = entry;
    const kept = payload === undefined ? entry : { ...entry, payload: payload.slice(0, payloadCharsMax) };
    this.#entries = [kept, ...this.#entries.slice(0, entriesMax - 1)];
  }

  /** All, or those to one endpoint. */
  recent(endpoint?: string | undefined): readonly PushEntry[] {
    return endpoint === undefined ? this.#entries : this.#entries.filter(({ endpointArn }) => endpointArn === endpoint);
  }
}
