import type { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.js';
import { limits } from './limits.js';
import { type Refusal, refused } from './refusal.js';

/** Takes a body as it comes. */
export interface BodySink {
  /** `wait`: call `onRoom` before more is given. A refusal or a fault: no more is wanted. Never throws. */
  take(chunk: Buffer): 'more' | 'wait' | Refusal | Error;
  onRoom(callback: () => void): void;
}

export type ReceivedBody =
  /** All of it was taken. */
  | { readonly kind: 'whole' }
  | Refusal
  /** The client has left. */
  | { readonly kind: 'gone' };

/**
 * Gives a body to a sink, no faster than that takes it. A client that sends less than `bytesPerSecondMin` over some seconds is given up, unless it was the
 * sink that waited. Rejects with the fault of the sink.
 */
export function receiveBody(body: Readable, sink: BodySink, clock: Clock, bytesPerSecondMin: number): Promise<ReceivedBody> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let waited = false;
    let timer: Disposable | undefined;
    const finish = (received: ReceivedBody | Error): void => {
      timer?.[Symbol.dispose]();
      body.off('data', take).off('end', ended).off('close', left);
      body.pause();
      if (received instanceof Error) reject(received);
      else resolve(received);
    };
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      const taken = sink.take(chunk);
      if (taken === 'wait') {
        waited = true;
        body.pause();
        sink.onRoom(() => body.resume());
      } else if (taken !== 'more') finish(taken);
    };
    const ended = (): void => finish({ kind: 'whole' });
    const left = (): void => finish({ kind: 'gone' });
    const watch = (): void => {
      timer = clock.timer(clock.now() + limits.paceMs, () => {
        if (!waited && bytes < (bytesPerSecondMin * limits.paceMs) / 1_000) finish(tooSlow(bytesPerSecondMin));
        else {
          bytes = 0;
          waited = body.isPaused();
          watch();
        }
      });
    };
    watch();
    body
      .on('error', () => {}) // `close` follows
      .on('data', take)
      .on('end', ended)
      .on('close', left);
  });
}

function tooSlow(bytesPerSecondMin: number): Refusal {
  return refused('RequestTimeout', `the body came more slowly than ${bytesPerSecondMin} bytes a second`);
}
