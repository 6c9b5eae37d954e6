import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * As much of a bucket as the example needs: an object is a file. With Amazon S3 this would be a GetObject.
 *
 * @param {string} bucket an absolute path
 * @param {string} key
 */
export function textOf(bucket, key) {
  return readFile(join(bucket, key), 'utf8');
}
