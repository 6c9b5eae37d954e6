import type { Brand } from '../../../base/ids.js';
import type { RuntimeKind } from '../pool.js';

/** One of those that this server runs: `nodejs22.x`. */
export type Runtime = Brand<'Runtime'>;

/** Which program runs it is a matter of what the machine has: Node and Python are the installed ones. */
const kinds: Readonly<Record<string, RuntimeKind>> = {
  'nodejs18.x': 'nodejs',
  'nodejs20.x': 'nodejs',
  'nodejs22.x': 'nodejs',
  'nodejs24.x': 'nodejs',
  'python3.9': 'python',
  'python3.10': 'python',
  'python3.11': 'python',
  'python3.12': 'python',
  'python3.13': 'python',
  'python3.14': 'python',
  'provided.al2': 'provided',
  'provided.al2023': 'provided',
};

/** All that AWS has had, as its model lists them. */
export const awsRuntimes: readonly string[] = [
  ...['nodejs', 'nodejs4.3', 'nodejs6.10', 'nodejs8.10', 'nodejs10.x', 'nodejs12.x', 'nodejs14.x', 'nodejs16.x', 'java8', 'java8.al2'],
  ...['java11', 'python2.7', 'python3.6', 'python3.7', 'python3.8', 'python3.9', 'dotnetcore1.0', 'dotnetcore2.0', 'dotnetcore2.1'],
  ...['dotnetcore3.1', 'dotnet6', 'dotnet8', 'nodejs4.3-edge', 'go1.x', 'ruby2.5', 'ruby2.7', 'provided', 'provided.al2', 'nodejs18.x'],
  ...['python3.10', 'java17', 'ruby3.2', 'ruby3.3', 'ruby3.4', 'python3.11', 'nodejs20.x', 'provided.al2023', 'python3.12', 'java21'],
  ...['python3.13', 'nodejs22.x', 'nodejs24.x', 'python3.14', 'java25', 'dotnet10', 'ruby4.0'],
];

export const supportedRuntimes: readonly string[] = Object.keys(kinds);

export function isSupportedRuntime(text: string): text is Runtime {
  return Object.hasOwn(kinds, text);
}

export function kindOf(runtime: Runtime): RuntimeKind {
  const kind = kinds[runtime];
  if (kind === undefined) throw new Error(`${runtime} is no runtime of this server`);
  return kind;
}
