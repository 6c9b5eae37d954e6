import { Command } from 'commander';
import { programVersion } from '../base/version.js';
import { compactCommand } from './compact.js';
import { exitWith } from './failure.js';
import { ingestCommand } from './ingest.js';
import { keysCommand } from './keys.js';
import { logsCommand } from './logs.js';
import { startCommand } from './start.js';
import { workflowsCommand } from './workflows.js';

/** Runs the command that the arguments name. Ends the process when they cannot be used or the command fails. */
export async function run(args: readonly string[]): Promise<void> {
  // Whoever read the output may be gone; that is no reason to stop serving.
  process.stdout.on('error', () => {});
  try {
    await program().parseAsync(args, { from: 'user' });
  } catch (fault) {
    exitWith(fault);
  }
}

function program(): Command {
  const start = startCommand();
  const root = new Command('signalbox')
    .description('A durable, AWS-compatible event platform that you run yourself.')
    .version(programVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addCommand(start, { isDefault: true })
    .addCommand(compactCommand())
    .addCommand(ingestCommand())
    .addCommand(keysCommand())
    .addCommand(logsCommand())
    .addCommand(workflowsCommand());
  root.addHelpText('after', () => `\n${optionsOf(start)}`);
  for (const command of withSubcommands(root)) {
    command.configureOutput({ outputError: (text, write) => write(`signalbox: ${text.replace(/^error: /, '')}`) });
    command.showHelpAfterError('Run signalbox --help for all commands and options.');
  }
  return root;
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** `start` need not be named, so its options belong to the first page of help. */
function optionsOf(start: Command): string {
  const help = start.createHelp();
  const width = help.padWidth(start, help);
  const items = start.options.map((option) => help.formatItem(help.optionTerm(option), width, help.optionDescription(option), help));
  return help.formatItemList('Options of start, the default command:', items, help).join('\n');
}
