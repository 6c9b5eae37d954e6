import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Random } from '../base/random.js';
import { answerTo, readChallenges } from './digest.js';
import { addressIn, forbiddenCode, forbiddenReason, guardedLookup, isPrivate } from './private-addresses.js';

/** A POST to an endpoint that a user named. */
export interface Push {
  /** `http:` or `https:`; credentials in it answer a Digest or Basic challenge. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether the body of the answer is of interest. */
  readonly wantsAnswer?: boolean;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** `forbidden`: the address may not be reached from here. `failed`: no answer came. */
export type PushOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly answer?: string | undefined }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'forbidden'; readonly reason: string };

export interface HttpPushOptions {
  /** Addresses of this machine and of private networks are not connected to, whatever name led there. */
  readonly denyPrivate: boolean;
  readonly random: Pick<Random, 'bytes'>;
}

/** Sends to HTTP and HTTPS endpoints; redirects are answers like any other. */
export interface HttpPush {
  push(push: Push): Promise<PushOutcome>;
  /** Closes idle connections. */
  close(): void;
}

/** Of an answer's body: what is longer is cut off, also where it is read only to keep the connection. */
const answerBytesMax = 65_536;
const cnonceBytes = 16;

export function createHttpPush({ denyPrivate, random }: HttpPushOptions): HttpPush {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const post = (url: URL, push: Push, authorization: string | undefined): Promise<Reply> => {
    const { headers, body, wantsAnswer = false, signal } = push;
    const secure = url.protocol === 'https:';
    const options: RequestOptions = {
      method: 'POST',
      agent: secure ? agents.https : agents.http,
      headers: {
        ...headers,
        'Content-Length': Buffer.byteLength(body),
        ...(authorization !== undefined && { Authorization: authorization }),
      },
      auth: null, // never before the endpoint asks
      signal,
      ...(denyPrivate && { lookup: guardedLookup }),
    };
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, options, (response) => drain(response, wantsAnswer, resolve));
      request.on('error', reject);
      request.end(body);
    });
  };
  const authorizationFor = ({ username, password, pathname, search }: URL, challenge: string): string | undefined => {
    if (username === '') return undefined;
    const credentials = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
    const cnonce = random.bytes(cnonceBytes).toString('hex');
    return answerTo(readChallenges(challenge), { ...credentials, method: 'POST', uri: pathname + search, cnonce });
  };
  return {
    async push(push) {
      const url = new URL(push.url);
      const address = addressIn(url);
      if (denyPrivate && isPrivate(address)) return forbidden(address);
      try {
        const reply = await post(url, push, undefined);
        const authorization = reply.status === 401 ? authorizationFor(url, reply.challenge) : undefined;
        const { status, answer } = authorization === undefined ? reply : await post(url, push, authorization);
        return { kind: 'answered', status, answer };
      } catch (fault) {
        const code = fault instanceof Error && 'code' in fault ? String(fault.code) : String(fault);
        return code === forbiddenCode ? forbidden(address) : { kind: 'failed', reason: code };
      }
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

interface Reply {
  readonly status: number;
  readonly challenge: string;
  /** Where it was asked for. */
  readonly answer: string | undefined;
}

/** The status counts, also where the rest of the answer is cut off. */
function drain(response: IncomingMessage, wantsAnswer: boolean, resolve: (reply: Reply) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (wantsAnswer) chunks.push(chunk);
    if (bytes > answerBytesMax) response.destroy();
  });
  response.on('error', () => {}); // told by close
  response.on('close', () =>
    resolve({
      status: response.statusCode ?? 0,
      challenge: response.headers['www-authenticate'] ?? '',
      answer: wantsAnswer ? Buffer.concat(chunks).toString() : undefined,
    }),
  );
}

function forbidden(address: string): PushOutcome {
  return { kind: 'forbidden', reason: forbiddenReason(address) };
}
