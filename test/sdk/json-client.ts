import * as sdk from '@aws-sdk/client-sqs';
import { type ConnectClient, type Input, type OperationName, type Output, someone } from './client.js';

type CommandClass = new (input: object) => Parameters<sdk.SQSClient['send']>[0];

/** The current SDK for JavaScript: AWS JSON 1.0. */
export const connectJsonClient: ConnectClient = (endpoint, { accessKeyId, region } = someone) => {
  const client = new sdk.SQSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'secret' }, maxAttempts: 1 });
  const call = async <K extends OperationName>(operation: K, input: Input<K>, signal?: AbortSignal): Promise<Output<K>> => {
    const Command = sdk[`${operation}Command`] as unknown as CommandClass;
    const { $metadata, ...output } = await client.send(new Command(input), signal === undefined ? {} : { abortSignal: signal });
    if ($metadata.httpStatusCode !== 200 || $metadata.requestId === undefined)
      throw new Error(`${operation} has no status 200 or no request id`);
    return output as Output<K>;
  };
  return {
    protocol: 'json',
    call,
    refusal: async (operation, input) => {
      const fault: unknown = await call(operation, input).then(
        (output) => output,
        (thrown: unknown) => thrown,
      );
      if (!(fault instanceof sdk.SQSServiceException)) throw new Error(`${operation} was not refused: ${String(fault)}`, { cause: fault });
      const { Code } = fault as { readonly Code?: string };
      return { code: Code ?? fault.name, status: fault.$metadata.httpStatusCode ?? 0, message: fault.message, name: fault.name };
    },
    close: () => client.destroy(),
  };
};
