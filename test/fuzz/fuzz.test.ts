import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { jsonCodec } from '../../src/wire/aws-json.js';
import { queryCodec } from '../../src/wire/aws-query.js';
import { formPairs, formText, formTree } from '../../src/wire/form.js';
import { ServiceError } from '../../src/wire/service.js';
import { scopeOfAuthorization } from '../../src/wire/sigv4.js';
import { type Listening, listening, type RawClient } from '../http/listening.js';
import { echo, service } from '../wire/codec-subject.js';
import { requests } from './mutation.js';

/** `SIGNALBOX_FUZZ_RUNS` and `SIGNALBOX_FUZZ_SEED` repeat or lengthen what a run did. */
const runs = Number(process.env.SIGNALBOX_FUZZ_RUNS ?? 20_000);
const seed = Number(process.env.SIGNALBOX_FUZZ_SEED ?? Date.now() % 2 ** 31);

describe(`hostile bytes, seed ${seed}`, () => {
  const faults: unknown[] = [];
  const onFault = (fault: unknown): void => void faults.push(fault);
  beforeAll(() => process.on('unhandledRejection', onFault));
  afterAll(() => process.off('unhandledRejection', onFault));

  test('at the port: an answer or an end, never a 5xx, a fault or a leak', async () => {
    await using server = await listening({ limits: { headersMsMax: 2_000, requestMsMax: 2_000 } });
    for (const QueueName of ['q', 'q.fifo']) {
      await server.call('CreateQueue', { QueueName, ...(QueueName === 'q' ? {} : { Attributes: { FifoQueue: 'true' } }) });
    }
    const lanes = Array.from({ length: 8 }, () => new Lane(server));
    const statuses = new Map<number | undefined, number>();
    let next = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 16 }), async (batch) => {
        const replies = await Promise.all(batch.map((bytes) => (lanes[next++ % lanes.length] as Lane).ask(bytes)));
        for (const status of replies) {
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          expect(status ?? 400).toBeLessThan(500);
        }
      }),
      { numRuns: Math.ceil(runs / 8), seed, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
    );
    for (const lane of lanes) lane.end();
    expect(server.faults).toEqual([]);
    expect(faults).toEqual([]);
    // Otherwise the requests were so wrong that nothing behind the parser was tried.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(50);
    expect(statuses.get(400) ?? 0).toBeGreaterThan(50);
    await vi.waitFor(() => expect(server.engine.waiting()).toBe(0), { timeout: 20_000 });
    expect((await server.call('ListQueues', {})).status).toBe(200);
  });

  const codecs: readonly (readonly [string, (bytes: Buffer) => unknown])[] = [
    ['AWS JSON', (bytes) => jsonCodec(echo).decode(bytes)],
    ['AWS Query', (bytes) => queryCodec(service, echo).decode(formTree(formPairs(formText(bytes))))],
    ['the scope', (bytes) => scopeOfAuthorization(bytes.toString('latin1'))],
  ];
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    'Text',
    'Tags',
    'Entry',
    '.1',
    '.Key',
    '=',
    '&',
    '%41',
    '%',
    '+',
    'Credential=',
    '/',
    '123456789012',
    '\\u',
    'null',
    'true',
    '1',
    '-',
    'e9',
  ];
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 40 })
      .map((parts) => Buffer.from(parts.join(''))),
  );

  test.each(codecs)('at %s: a value or a refusal', (_, decode) => {
    fc.assert(
      fc.property(bytes, (given) => {
        try {
          decode(given);
        } catch (refusal) {
          expect(refusal).toBeInstanceOf(ServiceError);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: runs, seed },
    );
  });
});

/** One connection after another, one request at a time: a request that is not whole ends its connection. */
class Lane {
  #turn: Promise<unknown> = Promise.resolve();
  #client: RawClient | undefined;

  constructor(private readonly server: Listening) {}

  /** The status of the answer; undefined when the connection ended without one. */
  ask(bytes: Buffer): Promise<number | undefined> {
    const answered = this.#turn.then(() => this.#ask(bytes));
    this.#turn = answered.catch(() => {});
    return answered;
  }

  end(): void {
    this.#client?.destroy();
  }

  async #ask(bytes: Buffer): Promise<number | undefined> {
    const client = this.#client ?? (await this.server.connect());
    this.#client = undefined;
    client.write(bytes);
    // Whole requests are answered while the connection is open; for what is not one, the end of the input decides.
    client.socket.end();
    const reply = await client.replyOrEnd();
    client.destroy();
    return reply?.status;
  }
}
