import type { AccountId, Region } from '../base/ids.js';
import type { W3cTrace } from '../base/trace-context.js';
import type { Infer, StructureShape } from './shape.js';

/** One service as the dispatch chain sees it: names on the wire and a table of operations. */
export interface Service {
  /** Lower case, as in the credentials of signed requests, in metrics and logs: `sqs`. */
  readonly name: string;
  /** JSON: `X-Amz-Target: <targetPrefix>.<Operation>`. */
  readonly targetPrefix: string;
  /** JSON: namespace of the service's own errors in `__type`: `com.amazonaws.sqs`. */
  readonly errorNamespace: string;
  /** Query: the `Version` parameter of its requests: `2012-11-05`. */
  readonly apiVersion: string;
  readonly xmlNamespace: string;
  /** What ends the `<Error>` element after its three members. */
  readonly xmlErrorEnd: '' | '<Detail/>';
  readonly operations: ReadonlyMap<string, Operation>;
  /**
   * Query: what a request's path adds to its members (`/<account>/<queue>` gives `QueueUrl`), or `notValidHere` for an
   * operation that cannot be called on such a path. Members given explicitly win.
   */
  pathMembers(path: string, operation: string): Readonly<Record<string, string>> | 'notValidHere';
}

/** One operation: shapes, and the rule between them. An absent `output` is a void operation. */
export interface Operation<I extends StructureShape = StructureShape, O extends StructureShape = StructureShape> {
  readonly name: string;
  readonly input: I;
  readonly output: O | undefined;
  /** Present: it is served by REST and by no other protocol. */
  readonly rest?: RestBinding;
  /** People come to it by a link in a mail or a message, from a page of any origin. */
  readonly linked?: boolean;
  /** Throws `ServiceError` for everything the caller did wrong. */
  handle(input: Infer<I>, call: Call): Promise<Infer<O>>;
}

/** How restJson1 carries an operation. Members of the input that are nowhere here are members of a JSON object: the body. */
export interface RestBinding {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/2015-03-31/functions/{FunctionName}/aliases/{Name}`: braces hold members of the input. */
  readonly path: string;
  /** Of a success. 204 has no body. */
  readonly status: number;
  /** Parameters of the URL that are members of the input by the same name. */
  readonly query?: readonly string[];
  /** Headers, in lower case, and the members of the input that they are. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The member of the input that is the whole body, as it is. */
  readonly payload?: string;
  /** Where it is not that of the listener. */
  readonly bodyBytesMax?: number;
  readonly output?: {
    /** The member that is the status, in place of `status`. */
    readonly status?: string;
    /** Members that are headers. */
    readonly headers?: Readonly<Record<string, string>>;
    /** The member that is the whole body, as it is. */
    readonly payload?: string;
  };
}

/** A decoded input or an output, as the chain passes them on without looking inside. */
export type Members = Infer<StructureShape>;

/** Keeps the shapes' types together while an operation is written; the table holds it as `Operation`. */
export function operation<I extends StructureShape, O extends StructureShape>(definition: Operation<I, O>): Operation {
  return definition as unknown as Operation;
}

/** `rest`: restJson1. */
export type Protocol = 'json' | 'query' | 'rest';

/** What an operation knows of the request besides its input. */
export interface Call {
  readonly requestId: string;
  readonly protocol: Protocol;
  readonly accountId: AccountId;
  /** ARN of who calls: the root of the account, until callers are authenticated, or what `X-Signalbox-Principal` says. */
  readonly principal: string;
  readonly region: Region;
  /** IP address of the client, or of what stands between. */
  readonly sourceAddress: string;
  /** Scheme, host and port as the client reached this server, no trailing slash: queue URLs are made from it. */
  readonly origin: string;
  /** The `X-Amzn-Trace-Id` header, when sent; else what is the same as its `traceparent`. */
  readonly traceHeader?: string | undefined;
  /** Its `traceparent` and `tracestate`, when sent. */
  readonly w3cTrace?: W3cTrace | undefined;
  /** Whether it came with a credential. Signatures are not verified yet. */
  readonly signed: boolean;
  /** Fires when the client has gone away. */
  readonly signal: AbortSignal;
  /** Registers what is to be undone when the response could not be handed to the client: it went away first. */
  onUndelivered(undo: () => Promise<void>): void;
}

/** An entry of a service's error catalogue. */
export interface ErrorCode {
  /** The JSON `__type` without namespace. */
  readonly type: string;
  /** `service`: the service's model; `framework`: `com.amazon.coral.service`. */
  readonly origin: 'service' | 'framework';
  /** The XML `<Code>`, and the first half of `x-amzn-query-error`. */
  readonly queryCode: string;
  readonly status: number;
  readonly fault: 'Sender' | 'Receiver';
  /** REST: the member of the body that has the text, where the service's model writes it so. */
  readonly textMember?: 'Message';
}

/** REST: what an error has besides its text. */
export interface ErrorDetails {
  readonly members?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal that the caller is told of. `queryText` is for the few texts that differ in the Query protocol. */
export class ServiceError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly queryText: string = message,
    readonly more: ErrorDetails = {},
  ) {
    super(message);
    this.name = 'ServiceError';
  }
}
