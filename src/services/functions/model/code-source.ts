import type { Refusal } from '../../../wire/refusal.js';
import { invalidValue, notSupported } from '../errors.js';

/** Where a request has code from. */
export interface CodeInput {
  readonly ZipFile?: Buffer | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly S3ObjectVersion?: string | undefined;
  readonly ImageUri?: string | undefined;
  readonly SourceKMSKeyArn?: string | undefined;
}

/** The zip file of a request. */
export function readCodeSource({ ZipFile, S3Bucket, S3Key, S3ObjectVersion, ImageUri, SourceKMSKeyArn }: CodeInput): Buffer | Refusal {
  if (ImageUri !== undefined) return notSupported('Code.ImageUri');
  if (S3Bucket !== undefined || S3Key !== undefined || S3ObjectVersion !== undefined) return notSupported('Code in Amazon S3');
  if (SourceKMSKeyArn !== undefined) return notSupported('Code.SourceKMSKeyArn');
  return ZipFile ?? invalidValue('Please provide a source for function code.');
}
