import { describe, expect, test, vi } from 'vitest';
import { Collector, type ExportedSpan, spanKinds, valuesOf } from '../../observe/collector.js';
import { TestEndpoint } from './endpoint.js';
import { Subject, startedAt } from './subject.js';

const traceId = '5759e988bd862e3fe1be46a994272793';
const parentId = '53995c3f42cd8ad8';
const xRay = (parent: string | undefined, more = 'Sampled=1') =>
  `Root=1-5759e988-bd862e3fe1be46a994272793;${parent === undefined ? '' : `Parent=${parent};`}${more}`;
const traceparent = `00-${traceId}-${parentId}-01`;

const { producer, client } = spanKinds;

/** A broker that sends its spans to a collector of the test's own. */
class Traced extends Subject implements AsyncDisposable {
  #isStopped = false;

  private constructor(private readonly collector: Collector) {
    super({ tracing: collector.setting });
  }

  static async start(): Promise<Traced> {
    const traced = new Traced(await Collector.open());
    await traced.start();
    return traced;
  }

  async call(operation: string, input: object, headers: Readonly<Record<string, string>>): Promise<void> {
    const own = { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSNS.${operation}` };
    const answer = await fetch(this.url, { method: 'POST', headers: { ...own, ...headers }, body: JSON.stringify(input) });
    expect(answer.status).toBe(200);
  }

  traceHeaders = async (queue: string) => (await this.receive(queue)).map(({ Attributes }) => Attributes?.AWSTraceHeader);

  /** Once nothing is on its way to the endpoint. */
  delivered(subscription: string): Promise<void> {
    const url = `${this.url}/_signalbox/subscriptions/${encodeURIComponent(subscription)}/deliveries`;
    const left = async () => ((await (await fetch(url)).json()) as { readonly deliveries: readonly object[] }).deliveries;
    return vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 10_000, interval: 5 });
  }

  /** Stops the broker: what it has sent by then is all. */
  async spans(): Promise<readonly ExportedSpan[]> {
    await this.#stop();
    return this.collector.spans;
  }

  async #stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    await this.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.collector[Symbol.asyncDispose]();
  }
}

const active = { TracingConfig: 'Active' };

// Developer guide, "Amazon SNS active tracing".
describe('a topic that traces actively', () => {
  test('has a span of every sampled publish, below which its messages go on', async () => {
    await using subject = await Traced.start();
    const topic = await subject.topic(active, 'orders');
    const queue = await subject.subscribed(topic);
    await subject.call('Publish', { TopicArn: topic, Message: 'm' }, { 'X-Amzn-Trace-Id': xRay(parentId, 'Sampled=1;Lineage=a:1') });
    const [header] = await subject.traceHeaders(queue);
    const [span, ...others] = await subject.spans();
    expect(others).toEqual([]);
    expect(span).toMatchObject({
      traceId,
      parentSpanId: parentId,
      name: 'publish orders',
      kind: producer,
      startTimeUnixNano: `${startedAt}000000`,
      status: { code: 0 },
    });
    expect(span && valuesOf(span)).toMatchObject({
      'messaging.system': 'aws_sns',
      'messaging.destination.name': topic,
      'messaging.message.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'aws.xray.origin': 'AWS::SNS::Topic',
    });
    expect(header).toBe(xRay(span?.spanId, 'Sampled=1;Lineage=a:1'));
  });

  test('has one of each message of a batch, also where the header names no parent', async () => {
    await using subject = await Traced.start();
    const topic = await subject.topic(active);
    const queue = await subject.subscribed(topic);
    const entries = ['a', 'b'].map((Id) => ({ Id, Message: Id }));
    await subject.call('PublishBatch', { TopicArn: topic, PublishBatchRequestEntries: entries }, { 'X-Amzn-Trace-Id': xRay(undefined) });
    const headers = await subject.traceHeaders(queue);
    const spans = await subject.spans();
    expect(spans.map((span) => [span.traceId, span.parentSpanId ?? ''])).toEqual([
      [traceId, ''],
      [traceId, ''],
    ]);
    expect([...headers].sort()).toEqual(spans.map(({ spanId }) => xRay(spanId)).sort());
  });

  test('has one of every attempt at an endpoint, which the endpoint goes on below', async () => {
    await using subject = await Traced.start();
    await using endpoint = await TestEndpoint.open(200, 503);
    const topic = await subject.topic(active);
    const retry = { numRetries: 1, minDelayTarget: 1, maxDelayTarget: 1, numNoDelayRetries: 1 };
    const subscription = await subject.subscribeEndpoint(topic, endpoint.url, {
      DeliveryPolicy: JSON.stringify({ healthyRetryPolicy: retry }),
    });
    const [confirmation] = await endpoint.arrived(1);
    await fetch(JSON.parse(confirmation?.body ?? '').SubscribeURL);
    await subject.call('Publish', { TopicArn: topic, Message: 'm' }, { traceparent, tracestate: 'vendor=1' });
    const [, first, second] = await endpoint.arrived(3);
    await subject.delivered(subscription); // a stop would cut the attempt off
    const spans = await subject.spans();
    const publish = spans.find(({ kind }) => kind === producer);
    expect(publish).toMatchObject({ traceId, parentSpanId: parentId });
    const attempts = spans.filter(({ kind }) => kind === client);
    expect(attempts).toMatchObject([
      { traceId, parentSpanId: publish?.spanId, name: 'deliver http', status: { code: 2, message: 'Service Unavailable' } },
      { traceId, parentSpanId: publish?.spanId, name: 'deliver http', status: { code: 0 } },
    ]);
    expect(attempts.map((span) => valuesOf(span)['http.response.status_code'])).toEqual([503, 200]);
    for (const [index, arrival] of [first, second].entries()) {
      const id = attempts[index]?.spanId;
      expect(arrival?.headers).toMatchObject({
        'x-amzn-trace-id': xRay(id),
        traceparent: `00-${traceId}-${id}-01`,
        tracestate: 'vendor=1',
      });
    }
  });

  test('has none of what is not sampled, and passes it on as it is', async () => {
    await using subject = await Traced.start();
    const topic = await subject.topic(active);
    const queue = await subject.subscribed(topic);
    const headers = [xRay(parentId, 'Sampled=0'), xRay(parentId, 'Sampled=?'), xRay(parentId, ''), 'Root=x;Sampled=1'];
    for (const header of headers) await subject.call('Publish', { TopicArn: topic, Message: 'm' }, { 'X-Amzn-Trace-Id': header });
    await subject.publish(topic, 'without');
    expect([...(await subject.traceHeaders(queue))].sort()).toEqual([...headers, undefined].sort());
    expect(await subject.spans()).toEqual([]);
  });
});

test('a topic that passes traces through has no spans', async () => {
  await using subject = await Traced.start();
  const topic = await subject.topic({ TracingConfig: 'PassThrough' });
  const queue = await subject.subscribed(topic);
  await subject.call('Publish', { TopicArn: topic, Message: 'm' }, { 'X-Amzn-Trace-Id': xRay(parentId) });
  expect(await subject.traceHeaders(queue)).toEqual([xRay(parentId)]);
  expect(await subject.spans()).toEqual([]);
});
