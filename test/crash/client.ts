import { Agent, request } from 'node:http';

/** `cut`: the connection ended before the answer did; whether the call was done is unknown. */
export type Reply =
  | { readonly kind: 'ok'; readonly body: Record<string, unknown> }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  | { readonly kind: 'cut' };

/** Longer than any answer takes, the wait of a long poll included: a broker that hangs is found out. */
const answerMsMax = 15_000;
const agent = new Agent({ keepAlive: true });

export function callSqs(origin: string, operation: string, input: object): Promise<Reply> {
  return call(origin, `AmazonSQS.${operation}`, input);
}

export function callSns(origin: string, operation: string, input: object): Promise<Reply> {
  return call(origin, `AmazonSNS.${operation}`, input);
}

export interface RestCall {
  readonly method: string;
  readonly path: string;
  readonly input?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export function callLambda(origin: string, { method, path, input, headers = {} }: RestCall): Promise<Reply> {
  return send(origin, { name: `${method} ${path}`, method, path, headers: { 'content-type': 'application/json', ...headers } }, input);
}

export async function mustCallLambda(origin: string, call: RestCall): Promise<Record<string, unknown>> {
  return okOf(`${call.method} ${call.path}`, await callLambda(origin, call));
}

/** A call that nothing may get in the way of. */
export async function mustCall(
  call: typeof callSqs | typeof callSns,
  origin: string,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> {
  return okOf(operation, await call(origin, operation, input));
}

function okOf(operation: string, reply: Reply): Record<string, unknown> {
  if (reply.kind !== 'ok') throw new Error(`${operation} ended as ${JSON.stringify(reply)}`);
  return reply.body;
}

/** One call in AWS JSON. */
function call(origin: string, operation: string, input: object): Promise<Reply> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': operation };
  return send(origin, { name: operation, method: 'POST', path: '/', headers }, input);
}

interface Sending {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Rejects where an answer is late or is not one. */
function send(origin: string, { name: operation, method, path, headers }: Sending, input: object | undefined): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const cut = (): void => resolve({ kind: 'cut' });
    const call = request(new URL(path, origin), { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', cut);
      response.on('end', () => {
        try {
          resolve(replyOf(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
        } catch (error) {
          reject(new Error(`${operation} was answered with what is no JSON`, { cause: error }));
        }
      });
    });
    call.setTimeout(answerMsMax, () => reject(new Error(`${operation} was not answered within ${answerMsMax} ms`)));
    call.on('error', cut);
    call.end(input === undefined ? undefined : JSON.stringify(input));
  });
}

function replyOf(status: number, text: string): Reply {
  const body: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
  return status < 300 ? { kind: 'ok', body } : { kind: 'refused', status, code: String(body.__type ?? body.Message ?? text) };
}
