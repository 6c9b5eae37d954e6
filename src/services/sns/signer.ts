import { createHash, createPrivateKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../base/clock.js';
import { parseJsonObject } from '../../base/json-object.js';
import type { Random } from '../../base/random.js';
import type { Documents } from '../../engine/documents.js';

/** Signs what is delivered, and says where the certificate for it is. */
export interface Signer {
  /** Base64 of RSA PKCS #1 v1.5 over SHA-1 (version 1) or SHA-256 (version 2). */
  sign(text: string, version: '1' | '2'): Promise<string>;
  certificateUrl(origin: string): Promise<string>;
  /** The certificate of this name, in PEM; undefined when there is none. */
  certificate(name: string): Promise<string | undefined>;
}

interface Identity {
  readonly keys: KeyPool;
  readonly certificate: string;
  /** 32 hexadecimal digits: part of the certificate's URL, so that who caches it by URL never has an old one. */
  readonly name: string;
}

export interface SignerParts {
  readonly documents: Documents;
  readonly clock: Clock;
  readonly random: Random;
}

const documentName = 'sns/signing-identity';
const keyBits = 2_048;
const validYears = 20;
const dayMs = 86_400_000;

/** Made when it is first needed, and kept: a restart signs with the same key. */
export function createSigner(parts: SignerParts): Signer {
  let made: Promise<Identity> | undefined;
  const identity = (): Promise<Identity> => {
    made ??= findOrMake(parts).catch((fault: unknown) => {
      made = undefined; // the next one tries again
      throw fault;
    });
    return made;
  };
  return {
    sign: async (text, version) => signed(text, version, (await identity()).keys),
    certificateUrl: async (origin) => `${origin}/SimpleNotificationService-${(await identity()).name}.pem`,
    certificate: async (name) => {
      const { name: own, certificate } = await identity();
      return name === own ? certificate : undefined;
    },
  };
}

/** Signatures made at a time: more would take the threads that flush what is published. */
const signingMax = 2;

/**
 * The same key several times over. A key is locked while a thread signs with it, and whoever hands another text to it waits for that lock: on the
 * event loop, where nobody may wait. So each is lent to one signature at a time.
 */
class KeyPool {
  readonly #idle: KeyObject[];
  readonly #waiting: ((key: KeyObject) => void)[] = [];

  constructor(pem: string) {
    this.#idle = Array.from({ length: signingMax }, () => createPrivateKey(pem));
  }

  async lend<T>(use: (key: KeyObject) => Promise<T>): Promise<T> {
    const key = this.#idle.pop() ?? (await new Promise<KeyObject>((resolve) => this.#waiting.push(resolve)));
    try {
      return await use(key);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(key);
      else next(key);
    }
  }
}

/** On a thread of its own: an RSA signature takes longer than all else about a message. */
function signed(text: string, version: '1' | '2', keys: KeyPool): Promise<string> {
  return keys.lend(
    (key) =>
      new Promise((resolve, reject) => {
        sign(version === '1' ? 'sha1' : 'sha256', Buffer.from(text), key, (fault, signature) => {
          if (fault === null) resolve(signature.toString('base64'));
          else reject(fault);
        });
      }),
  );
}

async function findOrMake(parts: SignerParts): Promise<Identity> {
  const { documents } = parts;
  const kept = (await documents.read(documentName)) ?? (await documents.createOnce(documentName, await makeDocument(parts)));
  const { key, certificate } = parseJsonObject(kept) ?? {};
  if (typeof key !== 'string' || typeof certificate !== 'string') throw new Error(`the document ${documentName} is damaged`);
  return { keys: new KeyPool(key), certificate, name: createHash('sha256').update(certificate).digest('hex').slice(0, 32) };
}

async function makeDocument({ clock, random }: SignerParts): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: keyBits });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const serial = `01${random.bytes(15).toString('hex')}`;
  const { selfSigned } = await import('./certificate.js');
  const now = clock.now();
  const certificate = selfSigned({
    key,
    name: 'sns.amazonaws.com',
    serial,
    from: new Date(now - dayMs),
    until: new Date(now + validYears * 365 * dayMs),
  });
  return JSON.stringify({ key, certificate });
}
