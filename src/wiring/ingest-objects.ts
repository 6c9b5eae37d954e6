import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { AwsConfig } from '../config/config.js';
import type { ObjectOutcome, ObjectSource } from '../services/ingest/reference.js';
import type { ObjectSource as HttpsSource } from '../workers/object-source.js';
import { createS3Client } from './aws-clients.js';

/** Objects by their URLs: `https://` from anywhere, `s3://` from the store that is configured. */
export function referredObjects(https: HttpsSource, s3: AwsConfig['s3']): ObjectSource & { close(): void } {
  let client: Promise<S3Client> | undefined;
  return {
    open: (url, signal) => {
      if (url.protocol === 'https:') return https.open(url, signal);
      if (s3 === undefined) return Promise.resolve({ kind: 'unavailable', reason: 'no endpoint of S3 is configured (aws.s3)' });
      client ??= createS3Client(s3);
      return openInBucket(client, url, signal);
    },
    close: () => {
      https.close();
      void client?.then((made) => made.destroy());
    },
  };
}

async function openInBucket(client: Promise<S3Client>, url: URL, signal: AbortSignal): Promise<ObjectOutcome> {
  const { GetObjectCommand, S3ServiceException } = await import('@aws-sdk/client-s3');
  try {
    const command = new GetObjectCommand({ Bucket: url.host, Key: decodeURIComponent(url.pathname.slice(1)) });
    const { Body, ContentType } = await (await client).send(command, { abortSignal: signal });
    return { kind: 'opened', contentType: ContentType, stream: Body as Readable };
  } catch (fault) {
    return { kind: 'unavailable', reason: fault instanceof S3ServiceException ? fault.name : String(fault) };
  }
}
