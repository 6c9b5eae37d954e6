import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from '../../../src/services/functions/errors.js';
import { supportedRuntimes } from '../../../src/services/functions/model/runtime.js';
import { settingsMembers } from '../../../src/services/functions/shapes.js';
import { table, textOf } from '../../documents.js';

const documented = textOf('docs/functions.md');

test('every operation has a file and a row', () => {
  const files = readdirSync(new URL('../../../src/services/functions/operations', import.meta.url)).map((file) =>
    file.replace(/\.ts$/, ''),
  );
  const rows = table(documented, 'Operations').map(([name = '']) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`);
  expect(rows).toEqual(files.sort());
});

test('every member of a configuration is in its table or among what is refused', () => {
  const rows = table(documented, 'Configuration of a function').map(([name = '']) => name);
  const [, refused = ''] = /Refused as not supported yet:([\s\S]*?)\n\n/.exec(documented) ?? [];
  for (const name of Object.keys(settingsMembers)) expect(rows.includes(name) || refused.includes(`\`${name}\``), name).toBe(true);
});

test('every runtime is named', () => {
  const [, , values = ''] = table(documented, 'Configuration of a function').find(([name]) => name === 'Runtime') ?? [];
  expect(
    [...values.matchAll(/`([a-z]+[\d.][\w.]*|provided\.[\w]+)`/g)].map(([, name]) => name).filter((name) => name !== 'python3'),
  ).toEqual(supportedRuntimes);
});

test('every error has its status', () => {
  expect(table(documented, 'Errors')).toEqual(Object.values(errorCodes).map(({ type, status }) => [type, String(status)]));
});
