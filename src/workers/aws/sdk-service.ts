import type { Schema } from './sdk-input.js';
import type { ApiModel } from './sdk-model.js';
import type { Value } from './sdk-output.js';

/** A service of AWS, by an SDK that is loaded with the first call. */
export interface SdkService {
  call(call: SdkCall): Promise<SdkOutcome>;
  /** What the action answers with. */
  answers(action: string, apiNames: boolean): Promise<ApiModel>;
  /** What it takes, in either spelling. */
  parameters(action: string): Promise<ApiModel>;
  close(): void;
}

export interface SdkCall {
  /** `getObject`. */
  readonly action: string;
  /** JSON. */
  readonly parameters: unknown;
  /** Of a stream in the answer. */
  readonly streamBytesMax: number;
  /** Members of the answer as the API spells them, not as SDK integrations do. */
  readonly apiNames: boolean;
  readonly signal: AbortSignal;
}

export type SdkOutcome =
  | { readonly kind: 'answered'; readonly output: Readonly<Record<string, Value>> }
  /** The service was not asked. */
  | { readonly kind: 'wrong'; readonly problem: string }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'failed'; readonly fault: SdkFault };

export interface SdkFault {
  /** As the API calls it. Absent: no answer came, or none that could be read. */
  readonly name: string | undefined;
  /** The model of the API has it: SDKs have a class for it. */
  readonly isModelled: boolean;
  readonly message: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly extendedRequestId: string | undefined;
}

/** An SDK and a client of it. */
export interface LoadedSdk {
  readonly client: { send(command: never, options: { readonly abortSignal: AbortSignal }): Promise<object>; destroy(): void };
  /** Everything that the package exports. */
  readonly exports: Readonly<Record<string, unknown>>;
}

interface Command {
  /** Kind, namespace, name, traits, input, output: how the SDK describes an operation. */
  readonly schema: readonly [number, string, string, unknown, Schema, Schema];
}

export function createSdkService(load: () => Promise<LoadedSdk>): SdkService {
  let loading: Promise<LoadedSdk> | undefined;
  let closed = false;
  const loaded = (): Promise<LoadedSdk> => {
    loading ??= load().catch((fault: unknown) => {
      loading = undefined;
      throw fault;
    });
    return loading;
  };
  return {
    async call({ action, parameters, streamBytesMax, apiNames, signal }) {
      const { client, exports } = await loaded();
      const [{ inputOf }, { outputOf }] = [await import('./sdk-input.js'), await import('./sdk-output.js')]; // they load a part of the SDK
      const [input, output] = schemasOf(exports, action);
      const read = inputOf(parameters, input);
      if (read.kind === 'wrong') return read;
      try {
        const answer = await client.send(commandOf(exports, action, read.value) as never, { abortSignal: signal });
        const written = await outputOf(answer, output, { streamBytesMax, apiNames });
        if (written.kind === 'notText') return { kind: 'failed', fault: { ...noAnswer, message: 'The body is not text' } };
        return written.kind === 'tooLarge' ? written : { kind: 'answered', output: written.value };
      } catch (fault) {
        return { kind: 'failed', fault: faultOf(fault) };
      }
    },
    async answers(action, apiNames) {
      const { exports } = await loaded();
      const { answerModelOf } = await import('./sdk-model.js');
      const [, output] = schemasOf(exports, action);
      return answerModelOf(output, exports, apiNames);
    },
    async parameters(action) {
      const { exports } = await loaded();
      const { parametersModelOf } = await import('./sdk-model.js');
      const [input] = schemasOf(exports, action);
      return parametersModelOf(input, exports);
    },
    close() {
      if (closed) return;
      closed = true;
      void loading?.then(({ client }) => client.destroy());
    },
  };
}

function commandOf(exports: LoadedSdk['exports'], action: string, input: object): Command {
  const name = `${action.charAt(0).toUpperCase()}${action.slice(1)}Command`;
  const Class = exports[name];
  if (typeof Class !== 'function') throw new Error(`the SDK has no ${name}`);
  return new (Class as new (input: object) => Command)(input);
}

function schemasOf(exports: LoadedSdk['exports'], action: string): readonly [Schema, Schema] {
  const [, , , , input, output] = commandOf(exports, action, {}).schema;
  return [input, output];
}

const noAnswer = { name: undefined, isModelled: false, status: undefined, requestId: undefined, extendedRequestId: undefined };

interface ServiceFault extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string; readonly extendedRequestId?: string };
}

/** Faults that the service answered with have a class of their own where its model has them, else that of all its faults. */
function faultOf(fault: unknown): SdkFault {
  if (!(fault instanceof Error)) return { ...noAnswer, message: String(fault) };
  const { name, message, $metadata: metadata } = fault as ServiceFault;
  if (metadata?.httpStatusCode === undefined)
    return { ...noAnswer, message: 'code' in fault ? `${message} (${String(fault.code)})` : message };
  const { httpStatusCode: status, requestId, extendedRequestId } = metadata;
  return { name, isModelled: !/ServiceException$/.test(fault.constructor.name), message, status, requestId, extendedRequestId };
}
