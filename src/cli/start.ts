import { Command } from 'commander';
import { programVersion } from '../base/version.js';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { resolveProgram } from '../config/resolve.js';
import { configFileSetting, settingNames, settings } from '../config/settings.js';
import type { Flags } from '../config/sources.js';
import type { Broker } from '../main.js';
import { exitWith } from './failure.js';
import { settingOption } from './setting-option.js';

/** `signalbox start`: runs the broker until it is told to stop. */
export function startCommand(): Command {
  const command = new Command('start')
    .description('run the broker (the default command)')
    .helpOption('--help', 'print this help')
    .allowExcessArguments(true);
  for (const name of settingNames) command.addOption(settingOption(name, settings[name]));
  return command.addOption(settingOption('config', configFileSetting)).action(start);
}

async function start(flags: Flags, command: Command): Promise<void> {
  // As the default command it is handed whatever is no other command's name.
  const [given] = command.args;
  if (given !== undefined) {
    const others = (command.parent?.commands ?? []).filter((each) => each !== command).map((each) => each.name());
    const all = `start, which takes no arguments, ${others.slice(0, -1).join(', ')} and ${others.at(-1)}`;
    throw new ConfigError(`${JSON.stringify(given)} is no command: there are ${all}; signalbox --help shows all`);
  }
  const config = await resolveProgram(flags, process.env);
  const { startBroker } = await import('../main.js'); // a mistake in a setting is told without loading the broker
  const broker = await startBroker(config);
  stopOnSignal(broker);
  process.stdout.write(`${readyLine(config, broker)}\n`);
}

/** The time is counted from the start of the process. */
function readyLine({ storage }: Config, { url }: Broker): string {
  const kept = storage.kind === 'folder' ? `data in ${storage.path}` : 'all in memory';
  return `signalbox ${programVersion()} is ready at ${url} after ${Math.round(performance.now())} ms, ${kept}`;
}

/** npm and a terminal may both pass on the same Ctrl-C: what comes this soon after the first is the first. */
const sameSignalMsMax = 500;

/** The first signal stops in order. A second one ends the process at once: what was acknowledged is safe either way. */
function stopOnSignal(broker: Broker): void {
  let firstAt: number | undefined;
  const onSignal = (): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      broker.stop().then(() => process.exit(0), exitWith);
    } else if (performance.now() - firstAt > sameSignalMsMax) {
      process.stderr.write('signalbox: stopped at once by a second signal\n');
      process.exit(1);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
