import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { GetObjectCommandOutput, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { digestOf } from './digest.js';
import type { ByteRange, FileContent, ObjectStore, OpenObject } from './object-store.js';
import { partOf } from './open-file.js';

/** The SDK takes long to load: it is there once somebody has made a client. */
const sdk = () => import('@aws-sdk/client-s3');

/**
 * Objects in a bucket of S3, or of what speaks like it. `put` asks for the key to be free in the same request (`If-None-Match: *`), and looks first for
 * the sake of stores that do not know that condition. The store gets the checksum with the bytes, and refuses others.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export class S3Store implements ObjectStore {
  constructor(
    private readonly client: () => Promise<S3Client>,
    readonly bucket: string,
  ) {}

  async put(key: string, { path, bytes, sha256 }: FileContent, signal: AbortSignal): Promise<'stored' | 'taken'> {
    const { HeadObjectCommand, PutObjectCommand } = await sdk();
    const client = await this.client();
    const object = { Bucket: this.bucket, Key: key };
    const options = { abortSignal: signal };
    const known = await client.send(new HeadObjectCommand(object), options).catch(undefinedWhereMissing);
    if (known !== undefined) return 'taken';
    const content = { ContentLength: bytes, ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'), IfNoneMatch: '*' };
    try {
      await reading(path, bytes, signal, (body, abortSignal) =>
        client.send(new PutObjectCommand({ ...object, ...content, Body: body }), { abortSignal }),
      );
    } catch (fault) {
      if (statusOf(fault) === 412) return 'taken';
      throw fault;
    }
    const stored = await this.open(key);
    const found = stored && (await digestOf(stored.stream, signal)); // O1
    if (found !== sha256) throw new Error(`what was stored has the checksum ${found ?? 'of nothing'} instead of ${sha256}`);
    return 'stored';
  }

  async open(key: string, range?: ByteRange): Promise<OpenObject | undefined> {
    return openS3Object(await this.client(), { bucket: this.bucket, key, range });
  }

  async list(after: string | undefined, limit: number): Promise<readonly string[]> {
    const { ListObjectsV2Command } = await sdk();
    const client = await this.client();
    const page = { Bucket: this.bucket, MaxKeys: limit, ...(after !== undefined && { StartAfter: after }) };
    const { Contents: contents = [] } = await client.send(new ListObjectsV2Command(page));
    return contents.flatMap(({ Key: key }) => key ?? []);
  }
}

/** Sends a file. The SDK does not look after the stream that it is given: a file that cannot be read ends the request by the signal. */
async function reading(path: string, bytes: number, signal: AbortSignal, send: (body: Readable, signal: AbortSignal) => Promise<unknown>) {
  const file = await open(path);
  const ended = new AbortController();
  const end = (): void => ended.abort(signal.reason);
  const body = partOf(file, { first: 0, last: bytes - 1 });
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  let broken: Error | undefined;
  body.on('error', (fault) => {
    broken = fault;
    ended.abort(fault);
  });
  try {
    const { size } = await file.stat();
    if (size < bytes) throw new Error(`the file to be stored has ${size} bytes instead of ${bytes}`);
    await send(body, ended.signal);
  } catch (fault) {
    throw broken ?? fault;
  } finally {
    signal.removeEventListener('abort', end);
    body.destroy();
  }
}

export interface S3ObjectPart {
  readonly bucket: string;
  readonly key: string;
  readonly range?: ByteRange | undefined;
}

/** Undefined when there is no such object. */
export async function openS3Object(client: S3Client, { bucket, key, range }: S3ObjectPart): Promise<OpenObject | undefined> {
  const { GetObjectCommand } = await sdk();
  const part = range === undefined ? {} : { Range: `bytes=${range.first}-${range.last}` };
  const reply = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...part })).catch(undefinedWhereMissing);
  return reply === undefined ? undefined : openObject(reply, key);
}

function openObject({ Body: stream, ContentLength: length, ContentRange: range }: GetObjectCommandOutput, key: string): OpenObject {
  const bytes = range === undefined ? length : Number(/\/(\d+)$/.exec(range)?.[1]);
  if (!(stream instanceof Readable) || bytes === undefined) throw new Error(`the object store answers without the object ${key}`);
  return { bytes, stream };
}

/** The bucket that is missing is no missing object. */
function undefinedWhereMissing(fault: unknown): undefined {
  if (statusOf(fault) === 404 && nameOf(fault) !== 'NoSuchBucket') return undefined;
  throw fault;
}

function statusOf(fault: unknown): number | undefined {
  return (fault as Partial<S3ServiceException>).$metadata?.httpStatusCode;
}

function nameOf(fault: unknown): string | undefined {
  return fault instanceof Error ? fault.name : undefined;
}
