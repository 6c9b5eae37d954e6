import { hash } from 'node:crypto';

/** What an endpoint that asks for credentials says of how it takes them: one of the challenges of `WWW-Authenticate` (RFC 9110, 11.6.1). */
export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What a digest is made of besides its challenge. */
export interface DigestRequest extends Credentials {
  readonly method: string;
  /** As in the request line. */
  readonly uri: string;
  /** Never used before. */
  readonly cnonce: string;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(`^(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))\\s*(?:,|$)\\s*`);
const scheme = new RegExp(`^(${token})(?:\\s+|\\s*,\\s*|$)`);
const challengesMax = 10;

/** The challenges of a header in order; those behind what is none are left out. */
export function readChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  for (let rest = header.trimStart(); challenges.length < challengesMax; ) {
    const [start, name] = scheme.exec(rest) ?? [];
    if (start === undefined || name === undefined) break;
    rest = rest.slice(start.length);
    const parameters = new Map<string, string>();
    for (let found = parameter.exec(rest); found !== null; found = parameter.exec(rest)) {
      const [text, key = '', quoted, plain = ''] = found;
      parameters.set(key.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? plain);
      rest = rest.slice(text.length);
    }
    challenges.push({ scheme: name.toLowerCase(), parameters });
  }
  return challenges;
}

const algorithms: Readonly<Record<string, 'md5' | 'sha256'>> = { md5: 'md5', 'sha-256': 'sha256' };

/** Of the challenges that can be answered the best: Digest with SHA-256, Digest with MD5, Basic. Undefined: none can. */
export function answerTo(challenges: readonly Challenge[], request: DigestRequest): string | undefined {
  const digests = challenges.filter((challenge) => challenge.scheme === 'digest' && isAnswerable(challenge));
  const best = digests.find((challenge) => algorithmOf(challenge) === 'sha256') ?? digests[0];
  if (best !== undefined) return digest(best, request);
  return challenges.some((challenge) => challenge.scheme === 'basic') ? basic(request) : undefined;
}

function algorithmOf({ parameters }: Challenge): 'md5' | 'sha256' | undefined {
  return algorithms[parameters.get('algorithm')?.toLowerCase() ?? 'md5'];
}

function isAnswerable(challenge: Challenge): boolean {
  const { parameters } = challenge;
  const offersAuth =
    parameters
      .get('qop')
      ?.toLowerCase()
      .split(/[\s,]+/)
      .includes('auth') ?? true;
  return algorithmOf(challenge) !== undefined && offersAuth && parameters.has('nonce') && parameters.has('realm');
}

function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** RFC 7616, 3.4; without `qop` as RFC 2069 has it. Each nonce is used once. */
function digest(challenge: Challenge, { username, password, method, uri, cnonce }: DigestRequest): string {
  const { parameters } = challenge;
  const algorithm = algorithmOf(challenge) ?? 'md5';
  const of = (...parts: readonly string[]): string => hash(algorithm, parts.join(':'));
  const [realm = '', nonce = '', opaque, named] = ['realm', 'nonce', 'opaque', 'algorithm'].map((key) => parameters.get(key));
  const who = of(username, realm, password);
  const what = of(method, uri);
  const nc = '00000001';
  const hasQop = parameters.has('qop');
  const response = hasQop ? of(who, nonce, nc, cnonce, 'auth', what) : of(who, nonce, what);
  const fields = [
    usernameField(username),
    `realm=${quoted(realm)}`,
    `uri=${quoted(uri)}`,
    `nonce=${quoted(nonce)}`,
    `response="${response}"`,
    ...(named === undefined ? [] : [`algorithm=${named}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(hasQop ? ['qop=auth', `nc=${nc}`, `cnonce=${quoted(cnonce)}`] : []),
  ];
  return `Digest ${fields.join(', ')}`;
}

/** RFC 7616, 3.4: what is not ASCII is written as RFC 5987 says. */
function usernameField(username: string): string {
  if (/^[\x20-\x7e]*$/.test(username)) return `username=${quoted(username)}`;
  const encoded = encodeURIComponent(username).replaceAll(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
  return `username*=UTF-8''${encoded}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
