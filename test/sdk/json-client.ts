import './no-notices.js';
import { SQS, SQSServiceException } from '@aws-sdk/client-sqs';
import { type ConnectClient, type Input, methodOf, type OperationName, type Output, someone } from './client.js';

type Method = (input: object, options: { readonly abortSignal?: AbortSignal }) => Promise<Answer>;
interface Answer {
  readonly $metadata: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** The current SDK for JavaScript: AWS JSON 1.0. It checks the MD5 of each body. */
export const connectJsonClient: ConnectClient = (endpoint, { accessKeyId, region } = someone) => {
  const client = new SQS({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'secret' }, maxAttempts: 1 });
  const methods = client as unknown as Readonly<Record<string, Method>>;
  const call = async <K extends OperationName>(operation: K, input: Input<K>, signal?: AbortSignal): Promise<Output<K>> => {
    const answer = await methods[methodOf(operation)]?.call(client, input, signal === undefined ? {} : { abortSignal: signal });
    if (answer?.$metadata.httpStatusCode !== 200 || answer.$metadata.requestId === undefined) {
      throw new Error(`${operation} has no status 200 or no request id`);
    }
    const { $metadata, ...output } = answer;
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
      if (!(fault instanceof SQSServiceException)) throw new Error(`${operation} was not refused: ${String(fault)}`, { cause: fault });
      const { Code } = fault as { readonly Code?: string };
      return { code: Code ?? fault.name, status: fault.$metadata.httpStatusCode ?? 0, message: fault.message, name: fault.name };
    },
    close: () => client.destroy(),
  };
};
