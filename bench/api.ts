/** Single calls around the measured ones: creating queues, filling them. */
export async function call(port: number, operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `AmazonSQS.${operation}` },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

export async function createQueue(port: number, name: string, ordering: 'standard' | 'fifo'): Promise<string> {
  const fifo = ordering === 'fifo' ? { Attributes: { FifoQueue: 'true' } } : {};
  const { QueueUrl } = await call(port, 'CreateQueue', { QueueName: ordering === 'fifo' ? `${name}.fifo` : name, ...fifo });
  return String(QueueUrl);
}

/** A receipt handle of the broker's, for answers of the same length. */
export async function sampleReceiptHandle(port: number): Promise<string> {
  const QueueUrl = await createQueue(port, 'sample', 'standard');
  await call(port, 'SendMessage', { QueueUrl, MessageBody: 'x' });
  const { Messages } = await call(port, 'ReceiveMessage', { QueueUrl });
  const [message] = Messages as readonly { readonly ReceiptHandle: string }[];
  if (message === undefined) throw new Error('the message that was sent was not received');
  return message.ReceiptHandle;
}
