import './no-notices.js';
import { Agent } from 'node:http';
import SQS from 'aws-sdk/clients/sqs.js';
import { type ConnectClient, type Input, methodOf, type OperationName, type Output, someone } from './client.js';

interface QueryError extends Error {
  readonly code: string;
  readonly statusCode: number;
}

interface QueryRequest {
  promise(): Promise<object>;
  abort(): void;
}

/**
 * The older SDK for JavaScript, of a version from before it spoke JSON to SQS: AWS Query over XML, to the queue's own URL.
 * It checks the MD5 of each body. Its own checks of parameters are off, so that the broker sees what is missing.
 */
export const connectQueryClient: ConnectClient = (endpoint, { accessKeyId, region } = someone) => {
  const agent = new Agent({ keepAlive: true });
  const options = { endpoint, region, accessKeyId, secretAccessKey: 'secret', maxRetries: 0, paramValidation: false };
  const client = new SQS({ ...options, httpOptions: { agent } });
  const call = async <K extends OperationName>(operation: K, input: Input<K>, signal?: AbortSignal): Promise<Output<K>> => {
    const request = client.makeRequest(methodOf(operation), input) as unknown as QueryRequest;
    signal?.addEventListener('abort', () => request.abort());
    const { ResponseMetadata, ...output } = (await request.promise()) as { readonly ResponseMetadata?: { readonly RequestId?: string } };
    if (ResponseMetadata?.RequestId === undefined) throw new Error(`${operation} has no request id`);
    return withoutEmpty(output) as Output<K>;
  };
  return {
    protocol: 'query',
    call,
    refusal: async (operation, input) => {
      const fault: unknown = await call(operation, input).then(
        (output) => output,
        (thrown: unknown) => thrown,
      );
      if (!isQueryError(fault)) throw new Error(`${operation} was not refused: ${String(fault)}`, { cause: fault });
      return { code: fault.code, status: fault.statusCode, message: fault.message };
    },
    close: () => agent.destroy(),
  };
};

function isQueryError(fault: unknown): fault is QueryError {
  return fault instanceof Error && 'code' in fault && 'statusCode' in fault;
}

/** This SDK fills in an empty list or map where the answer has none: taken out again, both clients' outputs compare. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => !isEmpty(member))
      .map(([name, member]) => [name, withoutEmpty(member)]),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value) && Object.keys(value).length === 0;
}
