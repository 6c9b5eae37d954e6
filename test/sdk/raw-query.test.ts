import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSettableClock, type Signalbox, startSignalbox } from '../../src/index.js';

const version = '2012-11-05';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const startAt = Date.UTC(2026, 0, 1);

/** Query requests as a program without an SDK writes them, and the XML to the letter: clients of this age parse it by hand too. */
describe('a raw Query request', () => {
  let broker: Signalbox;
  beforeAll(async () => {
    broker = await startSignalbox({ clock: createSettableClock({ startAt, frozen: true }) });
  });
  afterAll(() => broker.stop());

  const queueUrl = (name: string): string => `${broker.url}/000000000000/${name}`;

  async function reply(response: Response) {
    const requestId = response.headers.get('x-amzn-requestid') ?? '';
    expect(requestId).toMatch(uuid);
    expect(response.headers.get('content-type')).toBe('text/xml');
    return { status: response.status, xml: (await response.text()).replaceAll(requestId, 'REQUEST-ID') };
  }

  async function post(parameters: Readonly<Record<string, string>>, path = '/') {
    return reply(await fetch(broker.url + path, { method: 'POST', body: new URLSearchParams({ ...parameters, Version: version }) }));
  }

  async function get(parameters: Readonly<Record<string, string>>, path = '/') {
    return reply(await fetch(`${broker.url}${path}?${new URLSearchParams(parameters)}`));
  }

  const success = (operation: string, result?: string): string =>
    `<?xml version="1.0"?><${operation}Response xmlns="http://queue.amazonaws.com/doc/2012-11-05/">${
      result === undefined ? '' : `<${operation}Result>${result}</${operation}Result>`
    }<ResponseMetadata><RequestId>REQUEST-ID</RequestId></ResponseMetadata></${operation}Response>`;

  const failure = (code: string, message: string): string =>
    `<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>Sender</Type><Code>${code}</Code>` +
    `<Message>${message}</Message><Detail/></Error><RequestId>REQUEST-ID</RequestId></ErrorResponse>`;

  it('creates a queue, by POST and by GET', async () => {
    expect(
      await post({ Action: 'CreateQueue', QueueName: 'by-post', 'Attribute.1.Name': 'DelaySeconds', 'Attribute.1.Value': '3' }),
    ).toEqual({
      status: 200,
      xml: success('CreateQueue', `<QueueUrl>${queueUrl('by-post')}</QueueUrl>`),
    });
    expect(await get({ Action: 'CreateQueue', QueueName: 'by-get', Version: version })).toEqual({
      status: 200,
      xml: success('CreateQueue', `<QueueUrl>${queueUrl('by-get')}</QueueUrl>`),
    });
    expect((await get({ Action: 'ListQueues', QueueNamePrefix: 'by-' })).xml).toBe(
      success('ListQueues', `<QueueUrl>${queueUrl('by-get')}</QueueUrl><QueueUrl>${queueUrl('by-post')}</QueueUrl>`),
    );
    expect((await get({ Action: 'GetQueueAttributes', 'AttributeName.1': 'DelaySeconds' }, '/000000000000/by-post')).xml).toBe(
      success('GetQueueAttributes', '<Attribute><Name>DelaySeconds</Name><Value>3</Value></Attribute>'),
    );
  });

  it('sends and receives with attributes, line ends and markup escaped', async () => {
    await post({ Action: 'CreateQueue', QueueName: 'messages' });
    const path = '/000000000000/messages';
    const sent = await post(
      {
        Action: 'SendMessage',
        MessageBody: 'a\r\n<b> & "c"',
        'MessageAttribute.1.Name': 'Hello',
        'MessageAttribute.1.Value.DataType': 'String',
        'MessageAttribute.1.Value.StringValue': 'There',
      },
      path,
    );
    expect(sent.status).toBe(200);
    const messageId = /<MessageId>(.*)<\/MessageId>/.exec(sent.xml)?.[1];
    expect(messageId).toMatch(uuid);
    const body = '<MD5OfMessageBody>18b9e87e9e6f242057291e7839a0c336</MD5OfMessageBody>';
    const attributes = '<MD5OfMessageAttributes>a311262e065454b75da111d535b8dacd</MD5OfMessageAttributes>';
    expect(sent.xml).toBe(success('SendMessage', `${body}${attributes}<MessageId>${messageId}</MessageId>`));

    const received = await get(
      { Action: 'ReceiveMessage', 'AttributeName.1': 'SentTimestamp', 'MessageAttributeName.1': 'All', VisibilityTimeout: '0' },
      path,
    );
    const handle = /<ReceiptHandle>(.*)<\/ReceiptHandle>/.exec(received.xml)?.[1];
    expect(received).toEqual({
      status: 200,
      xml: success(
        'ReceiveMessage',
        `<Message><MessageId>${messageId}</MessageId><ReceiptHandle>${handle}</ReceiptHandle>` +
          '<MD5OfBody>18b9e87e9e6f242057291e7839a0c336</MD5OfBody><Body>a&#xD;\n&lt;b&gt; &amp; &quot;c&quot;</Body>' +
          `<Attribute><Name>SentTimestamp</Name><Value>${startAt}</Value></Attribute>${attributes}` +
          '<MessageAttribute><Name>Hello</Name><Value><StringValue>There</StringValue><DataType>String</DataType></Value></MessageAttribute></Message>',
      ),
    });
    expect(await post({ Action: 'DeleteMessage', ReceiptHandle: handle ?? '' }, path)).toEqual({
      status: 200,
      xml: success('DeleteMessage'),
    });
    expect((await get({ Action: 'ReceiveMessage' }, path)).xml).toBe(
      success('ReceiveMessage').replace('<ResponseMetadata>', '<ReceiveMessageResult/><ResponseMetadata>'),
    );
  });

  it('sends a batch and is told of each entry', async () => {
    await post({ Action: 'CreateQueue', QueueName: 'batch' });
    const { xml } = await post(
      {
        Action: 'SendMessageBatch',
        'SendMessageBatchRequestEntry.1.Id': 'good',
        'SendMessageBatchRequestEntry.1.MessageBody': 'message',
        'SendMessageBatchRequestEntry.2.Id': 'bad',
        'SendMessageBatchRequestEntry.2.MessageBody': 'message',
        'SendMessageBatchRequestEntry.2.DelaySeconds': '901',
      },
      '/000000000000/batch',
    );
    const messageId = /<MessageId>(.*)<\/MessageId>/.exec(xml)?.[1];
    expect(xml).toBe(
      success(
        'SendMessageBatch',
        `<SendMessageBatchResultEntry><Id>good</Id><MessageId>${messageId}</MessageId>` +
          '<MD5OfMessageBody>78e731027d8fd50ed642340b7c9a63b3</MD5OfMessageBody></SendMessageBatchResultEntry>' +
          '<BatchResultErrorEntry><Id>bad</Id><SenderFault>true</SenderFault><Code>InvalidParameterValue</Code>' +
          '<Message>Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be &gt;= 0 and &lt;= 900.</Message></BatchResultErrorEntry>',
      ),
    );
  });

  it('is refused in XML, with the code, the status and the text of AWS', async () => {
    await post({ Action: 'CreateQueue', QueueName: 'refusing' });
    const path = '/000000000000/refusing';
    expect(await get({ Action: 'SendMessage' }, path)).toEqual({
      status: 400,
      xml: failure('MissingParameter', 'The request must contain the parameter MessageBody.'),
    });
    expect(await get({ Action: 'GetQueueUrl', QueueName: 'none' })).toEqual({
      status: 400,
      xml: failure('AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist for this wsdl version.'),
    });
    expect(await post({ Action: 'DeleteMessage', ReceiptHandle: 'garbage' }, path)).toEqual({
      status: 404,
      xml: failure('ReceiptHandleIsInvalid', 'The input receipt handle &quot;garbage&quot; is not a valid receipt handle.'),
    });
    for (const Action of ['Nonsense', 'CreateQueue', 'ListQueues']) {
      const expected = { status: 400, xml: failure('InvalidAction', `The action ${Action} is not valid for this endpoint.`) };
      expect(await get({ Action, QueueName: 'x' }, path)).toEqual(expected);
    }
    expect(await post({ Action: 'PurgeQueue' }, path)).toEqual({ status: 200, xml: success('PurgeQueue') });
    expect((await post({ Action: 'PurgeQueue' }, path)).status).toBe(403);
  });

  it('without an action is no request of this service', async () => {
    const response = await fetch(queueUrl('none'), { headers: { accept: 'application/json' } });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('text/xml');
    expect(await response.text()).toBe('<UnknownOperationException/>');
  });

  it('names its queue in any of the forms that clients know, and is answered with the host that it reached', async () => {
    await post({ Action: 'CreateQueue', QueueName: 'named' });
    for (const QueueUrl of [
      'named',
      '000000000000/named',
      queueUrl('named'),
      `${queueUrl('named')}/`,
      'https://sqs.us-east-1.amazonaws.com/000000000000/named',
      'https://queue.amazonaws.com/000000000000/named',
      'http://queue.localhost:4566/000000000000/named',
      'http://localhost:4566/queue/named',
      'http://localhost:4566/queue/000000000000/named',
      'http://localhost:4566/queue/us-east-1/000000000000/named',
    ]) {
      const { status, xml } = await post({ Action: 'GetQueueAttributes', QueueUrl, 'AttributeName.1': 'QueueArn' });
      expect([QueueUrl, status]).toEqual([QueueUrl, 200]);
      expect(xml).toContain('<Value>arn:aws:sqs:us-east-1:000000000000:named</Value>');
    }
    const elsewhere = { Action: 'GetQueueAttributes', QueueUrl: queueUrl('named'), 'AttributeName.1': 'QueueArn' };
    expect((await get(elsewhere, '/000000000000/other')).xml).toContain(':named</Value>');
    expect(await post({ Action: 'GetQueueAttributes', QueueUrl: 'http://x/a/b/c/d' })).toEqual({
      status: 404,
      xml: failure('InvalidAddress', 'The address http://x/a/b/c/d is not valid for this endpoint.'),
    });
    const byName = broker.url.replace('127.0.0.1', 'localhost');
    const response = await fetch(`${byName}/?Action=GetQueueUrl&QueueName=named`);
    expect(await response.text()).toContain(`<QueueUrl>${byName}/000000000000/named</QueueUrl>`);
  });

  it('is of the account and Region that a presigned URL names', async () => {
    const signature = {
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Date': '20260101T000000Z',
      'X-Amz-Signature': 'abc',
      'X-Amz-Expires': '60',
    };
    const credential = { 'X-Amz-Credential': '123456789012/20260101/eu-west-1/sqs/aws4_request', 'X-Amz-SignedHeaders': 'host' };
    expect((await get({ Action: 'CreateQueue', QueueName: 'presigned', ...signature, ...credential })).xml).toBe(
      success('CreateQueue', `<QueueUrl>${broker.url}/123456789012/presigned</QueueUrl>`),
    );
    const query = { Action: 'GetQueueAttributes', 'AttributeName.1': 'QueueArn', ...signature, ...credential };
    expect((await get(query, '/123456789012/presigned')).xml).toContain('<Value>arn:aws:sqs:eu-west-1:123456789012:presigned</Value>');
    expect((await get({ Action: 'GetQueueUrl', QueueName: 'presigned' })).status).toBe(400);
  });

  it('takes the trace header of the request for the message', async () => {
    await post({ Action: 'CreateQueue', QueueName: 'traced' });
    const body = new URLSearchParams({ Action: 'SendMessage', MessageBody: 'x' });
    const headers = { 'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793' };
    const sent = await reply(await fetch(queueUrl('traced'), { method: 'POST', body, headers }));
    expect(sent.xml).not.toContain('MD5OfMessageSystemAttributes');
    expect((await get({ Action: 'ReceiveMessage', 'AttributeName.1': 'AWSTraceHeader' }, '/000000000000/traced')).xml).toContain(
      '<Attribute><Name>AWSTraceHeader</Name><Value>Root=1-5759e988-bd862e3fe1be46a994272793</Value></Attribute>',
    );
  });

  it('deletes a queue by GET on its path', async () => {
    await post({ Action: 'CreateQueue', QueueName: 'short-lived' });
    expect(await get({ Action: 'DeleteQueue' }, '/000000000000/short-lived')).toEqual({ status: 200, xml: success('DeleteQueue') });
    expect((await get({ Action: 'GetQueueUrl', QueueName: 'short-lived' })).status).toBe(400);
  });
});
