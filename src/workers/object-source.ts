import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { Readable } from 'node:stream';
import { addressIn, forbiddenCode, forbiddenReason, guardedLookup, isPrivate } from './private-addresses.js';

/** An object that is being fetched. Whoever has it reads the stream to its end or destroys it. */
export interface OpenedObject {
  readonly kind: 'opened';
  readonly contentType: string | undefined;
  readonly stream: Readable;
}

/** `forbidden`: it may not be reached from here. `unavailable`: it is not there, or did not come. */
export type ObjectOutcome = OpenedObject | { readonly kind: 'forbidden' | 'unavailable'; readonly reason: string };

export interface ObjectSource {
  /** `https://…`. Redirects are not followed: where they lead was not checked. */
  open(url: URL, signal: AbortSignal): Promise<ObjectOutcome>;
  close(): void;
}

export interface ObjectSourceOptions {
  /** Addresses of this machine and of private networks are not connected to. */
  readonly denyPrivate: boolean;
  /** In place of those that the system trusts. */
  readonly certificateAuthorities?: string | undefined;
}

const silenceMsMax = 30_000;

export function createObjectSource({ denyPrivate, certificateAuthorities }: ObjectSourceOptions): ObjectSource {
  const agent = new Agent({ ...(certificateAuthorities !== undefined && { ca: certificateAuthorities }) });
  const answered = (url: URL, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { agent, signal, timeout: silenceMsMax, ...(denyPrivate && { lookup: guardedLookup }) }, resolve);
      sent.on('timeout', () => sent.destroy(new Error(`nothing came for ${silenceMsMax / 1_000} s`)));
      sent.on('error', reject);
      sent.end();
    });
  return {
    async open(url, signal) {
      const address = addressIn(url);
      if (denyPrivate && isPrivate(address)) return { kind: 'forbidden', reason: forbiddenReason(address) };
      try {
        const response = await answered(url, signal);
        if (response.statusCode === 200) return { kind: 'opened', contentType: response.headers['content-type'], stream: response };
        response.destroy();
        return { kind: 'unavailable', reason: `it answers ${response.statusCode} ${response.statusMessage}` };
      } catch (fault) {
        const code = fault instanceof Error && 'code' in fault ? String(fault.code) : undefined;
        if (code === forbiddenCode) return { kind: 'forbidden', reason: forbiddenReason(address) };
        return { kind: 'unavailable', reason: code ?? String(fault) };
      }
    },
    close: () => agent.destroy(),
  };
}
