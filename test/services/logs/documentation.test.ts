import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from '../../../src/services/logs/errors.js';
import { table, textOf } from '../../documents.js';

const documented = textOf('docs/functions.md');

test('every operation has a file and a row', () => {
  const files = readdirSync(new URL('../../../src/services/logs/operations', import.meta.url)).map((file) => file.replace(/\.ts$/, ''));
  const rows = table(documented, 'Logs').map(([name = '']) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`);
  expect(rows).toEqual(files.sort());
});

test('every error is named', () => {
  for (const { type } of Object.values(errorCodes)) expect(documented).toContain(`\`${type}\``);
});
