import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { flagOf, settingNames, settings, variableOf } from '../../src/config/settings.js';
import { startSignalbox } from '../../src/index.js';

const documented = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

test('the table has every setting, with its flag, variable and default, and no other', () => {
  const rows = [...documented.matchAll(/^\| `(\w+)` \| `(--[\w-]+)` \| `(SIGNALBOX_\w+)` \| (?:`([^`]+)`|-) \|/gm)].map(
    ([, ...cells]) => cells,
  );
  expect(rows).toEqual(settingNames.map((name) => [name, flagOf(name), variableOf(name), settings[name].default?.toString()]));
});

test('the file that is shown starts a broker with the queues that it declares', async () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(documented) ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-config-'));
  try {
    const config = join(folder, 'signalbox.yaml');
    await writeFile(config, yaml);
    await using broker = await startSignalbox({ config, port: 0 });
    const url = `${broker.url}/?Action=GetQueueAttributes&QueueUrl=orders&AttributeName.1=All`;
    const xml = await (await fetch(url)).text();
    expect(xml).toContain('<Attribute><Name>VisibilityTimeout</Name><Value>45</Value></Attribute>');
    expect(xml).toContain('<Name>RedrivePolicy</Name>');
    expect((await fetch(`${broker.url}/_signalbox/queues/123456789012/eu-central-1/steps.fifo/messages`)).status).toBe(200);
  } finally {
    await rm(folder, { recursive: true });
  }
});
