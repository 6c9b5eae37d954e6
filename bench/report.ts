import { goals } from './goals.js';
import type { BenchResult, Measured } from './result.js';

/** The result as Markdown tables, to be read in a terminal and put into the README. */
export function report(result: BenchResult): string {
  const { machine, start } = result;
  const sections = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.filesystem}, ${machine.system}, Node ${machine.node}`,
    `Ready ${ms(start.readyMs)} ms after its process was started, idle memory ${mb(start.anonymousMb)} MB (anonymous).`,
  ];
  if (result.scenarios.length > 0) sections.push(scenarioTable(result));
  if (result.backlogs.length > 0) sections.push(backlogTable(result));
  sections.push(goalTable(result));
  return `${sections.join('\n\n')}\n`;
}

function scenarioTable({ scenarios }: BenchResult): string {
  return table(
    ['scenario', 'messages/s', 'p50 ms', 'p99 ms', 'bare messages/s', 'ratio', 'flushes', 'messages a flush', 'memory MB', 'client cores'],
    scenarios.map(({ name, signalbox, bare, ratio, flushes, messages, anonymousMb }) => [
      name,
      ...cells(signalbox),
      whole(bare.messagesPerSecond),
      ratio.toFixed(2),
      whole(flushes),
      (messages / flushes).toFixed(1),
      mb(anonymousMb),
      signalbox.clientCores.toFixed(2),
    ]),
  );
}

function backlogTable({ backlogs }: BenchResult): string {
  return table(
    [
      'cycles with a backlog',
      'messages/s',
      'p50 ms',
      'p99 ms',
      'empty: p50 ms',
      'p99 ms',
      'p50 ratio',
      'p99 ratio',
      'filled at/s',
      'memory MB',
      'ready ms',
      'memory then',
    ],
    backlogs.map((each) => [
      `${each.name}, ${each.connections === 1 ? '1 connection' : `${each.connections} connections`}`,
      ...cells(each.full),
      ms(each.empty.p50Ms),
      ms(each.empty.p99Ms),
      each.p50Ratio.toFixed(2),
      each.p99Ratio.toFixed(2),
      whole(each.fillPerSecond),
      mb(each.anonymousMb),
      ms(each.readyMs),
      mb(each.anonymousMbAfterStart),
    ]),
  );
}

function goalTable(result: BenchResult): string {
  const measured = goals(result).filter(({ reached }) => reached !== undefined);
  return table(
    ['goal', 'measured', ''],
    measured.map(({ text, reached = '', met }) => [text, reached, met === true ? 'reached' : 'not reached']),
  );
}

function cells({ messagesPerSecond, p50Ms, p99Ms }: Measured): readonly string[] {
  return [whole(messagesPerSecond), ms(p50Ms), ms(p99Ms)];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(3, ...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function ms(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}

function mb(value: number | undefined): string {
  return value === undefined ? 'unknown' : value.toFixed(0);
}
