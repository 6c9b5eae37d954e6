import { Command } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { resolveProgram } from '../config/resolve.js';
import { configFileSetting, settings } from '../config/settings.js';
import type { Flags } from '../config/sources.js';
import { settingOption } from './setting-option.js';

/** `signalbox compact`: gives back to the disk the space that deleted messages left behind. */
export function compactCommand(): Command {
  return new Command('compact')
    .description('make the files of a stopped broker as small as what is in them')
    .helpOption('--help', 'print this help')
    .allowExcessArguments(false)
    .addOption(settingOption('data', { ...settings.data, description: 'folder whose files are to be compacted' }))
    .addOption(settingOption('config', { ...configFileSetting, description: 'YAML file that says which folder that is' }))
    .action(compact);
}

async function compact(flags: Flags): Promise<void> {
  const { storage } = await resolveProgram(flags, process.env);
  if (storage.kind === 'ephemeral') throw new ConfigError('there is nothing to compact: the settings say that everything is in memory');
  const { compactLmdb } = await import('../store/lmdb/compact.js');
  const { bytesBefore, bytesAfter } = await compactLmdb(storage.path);
  process.stdout.write(`compacted ${storage.path}: ${mebibytes(bytesBefore)} before, ${mebibytes(bytesAfter)} now\n`);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
