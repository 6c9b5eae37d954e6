import { describe, expect, it } from 'vitest';
import { MetricRegistry } from '../../src/observe/metric-registry.js';

describe('the registry of metrics', () => {
  it('keeps a number for each combination of labels', async () => {
    const registry = new MetricRegistry();
    const metric = { name: 'sent_total', help: 'Sent', labels: ['topic', 'kind'] } as const;
    const sent = registry.counter(metric);
    sent.add({ topic: 'a', kind: 'x' });
    sent.add({ topic: 'a', kind: 'y' }, 4);
    sent.add({ topic: 'a', kind: 'x' }, 2);
    expect(await registry.collect()).toEqual([
      {
        type: 'counter',
        metric,
        samples: [
          { labels: { topic: 'a', kind: 'x' }, value: 3 },
          { labels: { topic: 'a', kind: 'y' }, value: 4 },
        ],
      },
    ]);
  });

  it('counts what is beyond its bound together', async () => {
    const registry = new MetricRegistry();
    const sent = registry.counter({ name: 'sent_total', help: 'Sent', labels: ['topic'] });
    for (let at = 0; at < 2_010; at++) sent.add({ topic: `t${at}` });
    const [collected] = await registry.collect();
    if (collected?.type !== 'counter') throw new Error('no counter');
    expect(collected.samples).toHaveLength(2_001);
    expect(collected.samples.at(-1)).toEqual({ labels: { topic: 'other' }, value: 10 });
  });

  it('distributes values over buckets, and reads gauges when it is asked', async () => {
    const registry = new MetricRegistry();
    const took = registry.histogram({ name: 'took_seconds', help: 'Took', labels: ['topic'], bounds: [1, 2] });
    let depth = 1;
    registry.gauge({ name: 'depth', help: 'Depth', labels: [] }, () => [{ labels: {}, value: depth }]);
    took.observe({ topic: 'a' }, 1.5);
    depth = 7;
    const [histogram, gauge] = await registry.collect();
    expect(histogram).toMatchObject({ type: 'histogram', distributions: [{ labels: { topic: 'a' }, buckets: { counts: [0, 1, 0] } }] });
    expect(gauge).toMatchObject({ type: 'gauge', samples: [{ labels: {}, value: 7 }] });
  });

  it('refuses a second metric of a name', () => {
    const registry = new MetricRegistry();
    registry.counter({ name: 'sent_total', help: 'Sent', labels: [] });
    expect(() => registry.counter({ name: 'sent_total', help: 'Sent', labels: [] })).toThrow('the metric sent_total is declared twice');
  });
});
