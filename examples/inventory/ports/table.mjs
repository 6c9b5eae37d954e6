import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * As much of a table as the example needs: an item is a file, replaced as a whole. With Amazon DynamoDB these would be a PutItem, which is the same when it is done
 * twice, and a Scan.
 *
 * @param {string} table an absolute path
 * @param {string} key
 * @param {object} item
 */
export async function putItem(table, key, item) {
  const path = join(table, `${encodeURIComponent(key)}.json`);
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, JSON.stringify(item));
  await rename(fresh, path);
}

/** @param {string} table */
export async function items(table) {
  const names = (await readdir(table)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(table, name), 'utf8'))));
}
