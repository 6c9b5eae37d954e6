import type { Clock } from '../../../base/clock.js';
import { Failure, isFailure, runtime, tooLarge } from '../language/failure.js';
import { type Json, type JsonObject, parseJson, printJson } from '../language/json.js';
import { httpAnswerBytesMax, httpMsMax } from '../limits.js';
import { ownerOf } from '../model/arn.js';
import type { Target, TargetCall, TargetOutcome } from '../targets.js';
import { AccessTokens } from './access-tokens.js';
import { bareConnection, type Connection, connectionOf } from './connection.js';
import { exchangeOf } from './exchange.js';
import type { HttpAnswer, HttpOutcome, HttpPort } from './http-port.js';
import { connectionArnOf, httpParameters, requestOf, type TaskRequest } from './http-request.js';

export interface HttpTargetParts {
  /** To what tasks name. */
  readonly http: HttpPort;
  /** To authorization endpoints, which whoever runs the broker has named. */
  readonly trustedHttp: HttpPort;
  readonly connections: readonly Connection[];
  readonly clock: Clock;
}

/**
 * `http:invoke`: a request to an API, with the credentials of a connection. An answer that is no 2xx fails the task. The key of the attempt
 * goes with it, which makes a request that is made again no second one at APIs that know the header.
 * https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
 */
export function httpTarget({ http, trustedHttp, connections, clock }: HttpTargetParts): Target {
  const tokens = new AccessTokens(trustedHttp, clock);
  const credentialsOf = async (connection: Connection, signal: AbortSignal): Promise<Headers | Failure> => {
    const { auth } = connection;
    switch (auth.kind) {
      case 'none':
        return {};
      case 'apiKey':
        return { [auth.name.toLowerCase()]: auth.value };
      case 'basic':
        return { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
      case 'oauth': {
        const token = await tokens.of(connection, auth, signal);
        return isFailure(token) ? token : { authorization: token };
      }
    }
  };
  const sent = async (
    request: TaskRequest,
    connection: Connection,
    call: TargetCall,
    signal: AbortSignal,
  ): Promise<HttpOutcome | Failure> => {
    const credentials = await credentialsOf(connection, signal);
    if (isFailure(credentials)) return credentials;
    const headers = headersOf(request, call, credentials);
    const outcome = await http.request({ ...request, headers, answerBytesMax: httpAnswerBytesMax, signal });
    show(call, request, headers, outcome);
    return outcome;
  };
  return {
    patterns: ['requestResponse'],
    parameters: async () => httpParameters,
    call: async (call) => {
      const arn = connectionArnOf(call.parameters);
      if (isFailure(arn)) return failed(arn);
      const connection = connectionOf(connections, arn);
      if (connection === undefined) return failed(noConnection(arn));
      const request = requestOf(call.parameters, connection);
      if (isFailure(request)) return failed(request);
      using limit = limited(clock, call.signal);
      let outcome = await sent(request, connection, call, limit.signal);
      if (connection.auth.kind === 'oauth' && isUnauthorized(outcome)) {
        tokens.drop(connection); // it was taken back before its time
        outcome = await sent(request, connection, call, limit.signal);
      }
      if (call.signal.aborted) return { kind: 'stopped' };
      return isFailure(outcome) ? failed(outcome) : outcomeOf(outcome);
    },
  };
}

function headersOf(request: TaskRequest, call: TargetCall, credentials: Headers): Record<string, string | readonly string[]> {
  return { 'idempotency-key': call.key, ...request.headers, ...ownHeaders(call), ...credentials };
}

/** Without what the connection adds, unless that is to be revealed. */
function show(call: TargetCall, request: TaskRequest, headers: ReturnType<typeof headersOf>, outcome: HttpOutcome): void {
  const { inspection, parameters } = call;
  if (inspection === undefined) return;
  const own = inspection.revealSecrets ? request : requestOf(parameters, bareConnection);
  if (!isFailure(own)) inspection.exchanged(exchangeOf(own, own === request ? headers : headersOf(own, call, {}), outcome));
}

type Headers = Readonly<Record<string, string>>;

function ownHeaders({ machineArn }: TargetCall): Headers {
  return { 'user-agent': `Amazon|StepFunctions|HttpInvoke|${ownerOf(machineArn).region}`, range: `bytes=0-${httpAnswerBytesMax}` };
}

/** Fires when the time of a request is over, or the broker stops. */
function limited(clock: Clock, stop: AbortSignal): { readonly signal: AbortSignal } & Disposable {
  const over = new AbortController();
  const end = (): void => over.abort();
  const timer = clock.timer(clock.now() + httpMsMax, end);
  stop.addEventListener('abort', end);
  if (stop.aborted) end();
  return {
    signal: over.signal,
    [Symbol.dispose]: () => {
      timer[Symbol.dispose]();
      stop.removeEventListener('abort', end);
    },
  };
}

function isUnauthorized(outcome: HttpOutcome | Failure): boolean {
  return !isFailure(outcome) && outcome.kind === 'answered' && (outcome.status === 401 || outcome.status === 407);
}

function outcomeOf(outcome: HttpOutcome): TargetOutcome {
  if (outcome.kind === 'forbidden') return failed(runtime(`ApiEndpoint cannot be called: ${outcome.reason}`));
  if (outcome.kind === 'failed') return failed(new Failure('States.Http.Socket', `The request failed: ${reasonOf(outcome.reason)}`));
  if (outcome.tooLong) return failed(tooLarge('http'));
  const output = outputOf(outcome);
  if (isFailure(output)) return failed(output);
  if (outcome.status >= 200 && outcome.status < 300) return { kind: 'answered', output };
  return failed(new Failure(`States.Http.StatusCode.${outcome.status}`, printJson(output)));
}

function reasonOf(code: string): string {
  return code === 'ABORT_ERR' ? `no answer within ${httpMsMax / 1_000} seconds` : code;
}

function outputOf({ status, statusText, headers, body }: HttpAnswer): JsonObject | Failure {
  const [type = ''] = headers['content-type'] ?? [];
  if (/^\s*(?:application\/octet-stream|image\/|video\/|audio\/)/i.test(type))
    return runtime(`A response of type ${type} is not supported`);
  const text = textOf(body);
  if (text === undefined) return runtime('The response is not text');
  return {
    Headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [...values]])),
    ResponseBody: bodyOf(text),
    StatusCode: status,
    StatusText: statusText,
  };
}

function bodyOf(text: string): Json {
  return parseJson(text) ?? text;
}

function textOf(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function noConnection(arn: string): Failure {
  return new Failure(
    'Events.ConnectionResource.ResourceNotFound',
    `Connection ${arn} does not exist: connections are in the configuration`,
  );
}

function failed(failure: Failure): TargetOutcome {
  return { kind: 'failed', failure };
}
