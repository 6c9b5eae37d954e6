import type { Clock } from '../../../base/clock.js';
import { Failure, isFailure } from '../language/failure.js';
import { isJsonObject, memberOf, parseJson } from '../language/json.js';
import type { Connection, OAuth } from './connection.js';
import type { HttpPort } from './http-port.js';

/** A token is not used in the last moments that it is good for. */
const spareMs = 30_000;
/** RFC 6749 leaves out how long a token is good where the server does not say. */
const secondsDefault = 300;
const answerBytesMax = 65_536;

interface Token {
  readonly text: string;
  readonly goodUntil: number;
}

/** Tokens of connections with client credentials. They are in memory alone; those who need the same one ask together. */
export class AccessTokens {
  readonly #tokens = new Map<Connection, Promise<Token | Failure>>();

  constructor(
    private readonly http: HttpPort,
    private readonly clock: Clock,
  ) {}

  /** `Bearer ...`; a failure names no secret. */
  async of(connection: Connection, oauth: OAuth, signal: AbortSignal): Promise<string | Failure> {
    const known = this.#tokens.get(connection);
    const asked = known ?? this.#ask(connection, oauth, signal);
    const token = await asked;
    if (!isFailure(token) && token.goodUntil > this.clock.now()) return `Bearer ${token.text}`;
    if (this.#tokens.get(connection) === asked) this.#tokens.delete(connection);
    if (known === undefined) return isFailure(token) ? token : `Bearer ${token.text}`; // one that is good for this call alone
    return this.of(connection, oauth, signal);
  }

  /** The API did not take it. */
  drop(connection: Connection): void {
    this.#tokens.delete(connection);
  }

  #ask(connection: Connection, oauth: OAuth, signal: AbortSignal): Promise<Token | Failure> {
    const asked = this.#request(oauth, signal);
    this.#tokens.set(connection, asked);
    return asked;
  }

  /** RFC 6749, sections 2.3.1 and 4.4.2: the client shows who it is in the form. */
  async #request({ url: text, method, clientId, clientSecret, parameters }: OAuth, signal: AbortSignal): Promise<Token | Failure> {
    const url = new URL(text);
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...parameters.body };
    const query = { ...(method === 'GET' && form), ...parameters.query };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const body = method === 'GET' ? undefined : new URLSearchParams(form).toString();
    const headers = {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...parameters.headers,
    };
    const outcome = await this.http.request({ method, url, headers, body, answerBytesMax, signal });
    if (outcome.kind !== 'answered') return refused(`The authorization endpoint cannot be reached: ${outcome.reason}`);
    const answer = outcome.status === 200 ? parseJson(outcome.body.toString()) : undefined;
    const token = isJsonObject(answer) ? memberOf(answer, 'access_token') : undefined;
    const seconds = isJsonObject(answer) ? Number(memberOf(answer, 'expires_in') ?? secondsDefault) : Number.NaN;
    if (typeof token !== 'string' || token === '' || !Number.isFinite(seconds))
      return refused(`The authorization endpoint answered ${outcome.status} and no access token`);
    return { text: token, goodUntil: this.clock.now() + seconds * 1_000 - spareMs };
  }
}

function refused(cause: string): Failure {
  return new Failure('Events.ConnectionResource.InvalidConnectionState', cause);
}
