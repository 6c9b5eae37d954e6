import { expect, test, vi } from 'vitest';
import { createRealClock } from '../../src/base/real-clock.js';
import { createRealRandom } from '../../src/base/real-random.js';
import type { Tracer } from '../../src/base/tracer.js';
import { createOtlpTracer, type OtlpTracer } from '../../src/observe/otlp-tracer.js';
import { TestEndpoint } from '../sdk/sns/endpoint.js';

interface Watched {
  readonly tracer: OtlpTracer;
  readonly counts: Record<string, number>;
  readonly warnings: string[];
}

function tracerTo(url: string): Watched {
  const counts: Record<string, number> = {};
  const warnings: string[] = [];
  const tracer = createOtlpTracer({
    url,
    headers: {},
    version: '1.2.3',
    clock: createRealClock(),
    random: createRealRandom(),
    spans: {
      add: ({ outcome }, amount = 1) => {
        counts[outcome] = (counts[outcome] ?? 0) + amount;
      },
    },
    events: { warn: (_fields, message) => void warnings.push(message) },
  });
  return { tracer, counts, warnings };
}

function end(tracer: Tracer, count: number): void {
  const parent = { traceId: '5759e988bd862e3fe1be46a994272793', parentId: '53995c3f42cd8ad8', sampled: true };
  for (let at = 0; at < count; at++) tracer.start({ name: 'n', kind: 'client', parent, attributes: {} })?.end({});
}

test('what was ended is sent by the time the tracer is closed', async () => {
  await using collector = await TestEndpoint.open();
  const { tracer, counts } = tracerTo(collector.url);
  end(tracer, 3);
  await tracer.close();
  expect(counts).toEqual({ sent: 3 });
});

test('a collector that is silent costs no more than the spans that may wait, and closing ends all the same', async () => {
  await using collector = await TestEndpoint.open(...Array.from({ length: 20 }, () => 'silence' as const));
  const { tracer, counts, warnings } = tracerTo(collector.url);
  end(tracer, 2_048 + 10);
  expect(counts).toEqual({ lost: 10 });
  await tracer.close();
  await vi.waitFor(() => expect(counts).toEqual({ lost: 2_048 + 10 }), { timeout: 10_000, interval: 5 });
  expect(warnings).toHaveLength(1);
});

test('a collector that refuses is told of once', async () => {
  await using collector = await TestEndpoint.open(400, 400);
  const { tracer, counts, warnings } = tracerTo(collector.url);
  end(tracer, 600);
  await tracer.close();
  expect(counts).toEqual({ lost: 600 });
  expect(warnings).toHaveLength(1);
});
