/** What sends requests: `workers/http-client.ts`, as the composition root has it. */
export interface HttpPort {
  request(request: HttpRequest): Promise<HttpOutcome>;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | undefined;
  readonly answerBytesMax: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly kind: 'answered';
  readonly status: number;
  readonly statusText: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
  /** There was more than `answerBytesMax`. */
  readonly tooLong: boolean;
}

/** `forbidden`: the address may not be reached from here. `failed`: no whole answer came. */
export type HttpOutcome =
  | HttpAnswer
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'forbidden'; readonly reason: string };
