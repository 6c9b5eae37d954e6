/** The bytes of requests, as an SDK would send them, built once. */

export function request(port: number, operation: string, input: object): Buffer {
  return withBody(port, operation, Buffer.from(JSON.stringify(input)));
}

function withBody(port: number, operation: string, body: Buffer): Buffer {
  const head = [
    'POST / HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/x-amz-json-1.0',
    `X-Amz-Target: AmazonSQS.${operation}`,
    'X-Amz-Date: 20260101T000000Z',
    'User-Agent: signalbox-bench',
    'Authorization: AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=0000000000000000000000000000000000000000000000000000000000000000',
    'Connection: keep-alive',
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

export interface SendShape {
  readonly queueUrl: string;
  readonly bodyBytes: number;
  /** 1 is SendMessage, more is SendMessageBatch. */
  readonly batch: number;
  /** FIFO: messages go round these many groups, each with a deduplication id of its own. */
  readonly groups?: number;
}

const idDigits = 12;
const groupDigits = 6;
const idMark = 'i'.repeat(idDigits);
const groupMark = 'g'.repeat(groupDigits);

/** Answers the next send's bytes: always the same for a standard queue, with new ids written into them for FIFO. */
export function sendRequests(port: number, shape: SendShape, firstId: number): () => Buffer {
  const { queueUrl, bodyBytes, batch, groups } = shape;
  const fifo = groups === undefined ? {} : { MessageGroupId: groupMark, MessageDeduplicationId: idMark };
  const message = { MessageBody: 'x'.repeat(bodyBytes), ...fifo };
  const template =
    batch === 1
      ? request(port, 'SendMessage', { QueueUrl: queueUrl, ...message })
      : request(port, 'SendMessageBatch', {
          QueueUrl: queueUrl,
          Entries: Array.from({ length: batch }, (_, at) => ({ Id: `m${at}`, ...message })),
        });
  if (groups === undefined) return () => template;
  const ids = offsetsOf(template, idMark);
  const groupsAt = offsetsOf(template, groupMark);
  let next = firstId;
  return () => {
    const bytes = Buffer.from(template);
    for (const [at, idOffset] of ids.entries()) {
      bytes.write(String(next).padStart(idDigits, '0'), idOffset, 'latin1');
      bytes.write(String(next % groups).padStart(groupDigits, '0'), groupsAt[at] ?? 0, 'latin1');
      next++;
    }
    return bytes;
  };
}

function offsetsOf(bytes: Buffer, mark: string): readonly number[] {
  const offsets: number[] = [];
  for (let at = bytes.indexOf(`"${mark}"`); at >= 0; at = bytes.indexOf(`"${mark}"`, at + 1)) offsets.push(at + 1);
  return offsets;
}

export function receiveRequest(port: number, queueUrl: string, max: number): Buffer {
  return request(port, 'ReceiveMessage', { QueueUrl: queueUrl, MaxNumberOfMessages: max, WaitTimeSeconds: 1 });
}

export function deleteRequest(port: number, queueUrl: string, handles: readonly string[]): Buffer {
  const [only] = handles;
  if (handles.length === 1) return request(port, 'DeleteMessage', { QueueUrl: queueUrl, ReceiptHandle: only });
  const Entries = handles.map((ReceiptHandle, at) => ({ Id: `m${at}`, ReceiptHandle }));
  return request(port, 'DeleteMessageBatch', { QueueUrl: queueUrl, Entries });
}

const handleMark = Buffer.from('"ReceiptHandle":"');

/** The receipt handles in a ReceiveMessage answer, found without parsing it. */
export function receiptHandles(body: Buffer): readonly string[] {
  const handles: string[] = [];
  for (let at = body.indexOf(handleMark); at >= 0; at = body.indexOf(handleMark, at)) {
    const from = at + handleMark.length;
    at = body.indexOf(0x22, from);
    handles.push(body.toString('latin1', from, at));
  }
  return handles;
}
