import './no-notices.js';
import { SQS } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Signalbox, startSignalbox } from '../../src/index.js';

/** The SDK would warn of what is wanted here: that a queue's URL has another host than its own endpoint. */
const silent = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
function ignore(): void {}

const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1, logger: silent };

describe('the URL of a queue', () => {
  let broker: Signalbox;
  let clients: SQS[] = [];
  beforeEach(async () => {
    broker = await startSignalbox();
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    clients = [];
    await broker.stop();
  });

  function connect(endpoint?: string): SQS {
    const client = new SQS({ ...settings, ...(endpoint !== undefined && { endpoint }) });
    clients.push(client);
    return client;
  }

  it('is all that a client needs which was given no endpoint', async () => {
    const { QueueUrl } = await connect(broker.url).createQueue({ QueueName: 'a' });
    const withoutEndpoint = connect();
    await withoutEndpoint.sendMessage({ QueueUrl, MessageBody: 'x' });
    const { Messages } = await withoutEndpoint.receiveMessage({ QueueUrl });
    expect(Messages?.map(({ Body }) => Body)).toEqual(['x']);
  });

  it('has the host by which the client reached the broker', async () => {
    const byName = `http://localhost:${broker.port}`;
    expect(await connect(byName).createQueue({ QueueName: 'a' })).toMatchObject({ QueueUrl: `${byName}/000000000000/a` });
    expect(await connect(broker.url).listQueues({})).toMatchObject({ QueueUrls: [`${broker.url}/000000000000/a`] });
  });

  it.each([
    ['a bare name', () => 'a'],
    ['a URL of AWS', () => 'https://sqs.us-east-1.amazonaws.com/000000000000/a'],
    ['a URL of AWS as it was once', () => 'https://queue.amazonaws.com/000000000000/a'],
    ['a URL of another emulator', () => 'http://queue.localhost.localstack.cloud:4566/000000000000/a'],
    ['an old URL of another emulator', () => 'http://localhost:9324/queue/a'],
    ['a URL from before the broker moved to another port', () => 'http://127.0.0.1:1/000000000000/a'],
    ['a URL with a slash behind it', () => `${broker.url}/000000000000/a/`],
  ])('may be %s where the endpoint is given', async (_, url) => {
    const sqs = connect(broker.url);
    await sqs.createQueue({ QueueName: 'a' });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: url(), AttributeNames: ['QueueArn'] });
    expect(Attributes).toEqual({ QueueArn: 'arn:aws:sqs:us-east-1:000000000000:a' });
  });

  it('is refused where it can be none', async () => {
    const sqs = connect(broker.url);
    const refused = async (QueueUrl: string | undefined) => {
      const fault: unknown = await sqs.purgeQueue({ QueueUrl }).catch((thrown: unknown) => thrown);
      return fault instanceof Error && fault.name;
    };
    expect(await refused('http://localhost/a/b/c/d')).toBe('InvalidAddress');
    expect(await refused('')).toBe('QueueDoesNotExist');
    expect(await refused(undefined)).toBe('QueueDoesNotExist');
  });
});
