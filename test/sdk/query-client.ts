import { Agent } from 'node:http';
import SQS from 'aws-sdk/clients/sqs.js';
import notice from 'aws-sdk/lib/maintenance_mode_message.js';
import { type ConnectClient, type Input, type OperationName, type Output, someone } from './client.js';

notice.suppress = true;

interface QueryError extends Error {
  readonly code: string;
  readonly statusCode: number;
}

interface QueryRequest {
  promise(): Promise<object>;
  abort(): void;
}

/** The older SDK for JavaScript, of a version from before it spoke JSON to SQS: AWS Query over XML, to the queue's own URL. */
export const connectQueryClient: ConnectClient = (endpoint, { accessKeyId, region } = someone) => {
  const agent = new Agent({ keepAlive: true });
  const client = new SQS({ endpoint, region, accessKeyId, secretAccessKey: 'secret', maxRetries: 0, httpOptions: { agent } });
  const call = async <K extends OperationName>(operation: K, input: Input<K>, signal?: AbortSignal): Promise<Output<K>> => {
    const request = client.makeRequest(`${operation[0]?.toLowerCase()}${operation.slice(1)}`, input) as unknown as QueryRequest;
    signal?.addEventListener('abort', () => request.abort());
    const { ResponseMetadata, ...output } = (await request.promise()) as { readonly ResponseMetadata?: { readonly RequestId?: string } };
    if (ResponseMetadata?.RequestId === undefined) throw new Error(`${operation} has no request id`);
    return output as Output<K>;
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
