import { stat } from 'node:fs/promises';
import { isAccountId } from '../../base/arn.js';
import type { AccountId, Region } from '../../base/ids.js';
import { isRefusal, type Refusal } from '../../wire/refusal.js';
import { concurrencyPerEnvironmentMax } from './limits.js';
import { arnOf, type FunctionAddress, isFunctionName, latest } from './model/function-name.js';
import type { Code, FunctionRecord, VersionRecord } from './model/function-record.js';
import { bytesOf, changed, storeCode } from './model/publishing.js';
import { kindOf } from './model/runtime.js';
import { newSettings, type Settings } from './model/settings.js';
import type { Parts } from './parts.js';

/** A function that the configuration wants to be there at start, with code in a folder of this machine. */
export interface DeclaredFunction {
  readonly name: string;
  readonly runtime: string;
  readonly handler: string;
  /** Absolute. */
  readonly path: string;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly role?: string | undefined;
  readonly description?: string | undefined;
  readonly environment?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  /** Megabytes. */
  readonly memory?: number | undefined;
  /** ARN of a queue or a topic. */
  readonly deadLetterTarget?: string | undefined;
  /** Invocations at once in one process: beyond AWS, and for Node.js alone. */
  readonly concurrencyPerEnvironment?: number | undefined;
}

/** Names the function and what is wrong, for the person who wrote the configuration; values of variables are no matter for a log. */
export class DeclaredFunctionError extends Error {
  constructor(name: string, problem: string) {
    super(`function "${name}": ${problem}`);
    this.name = 'DeclaredFunctionError';
  }
}

/** Calls back when something in a folder was changed; see `workers/folder-watch.ts`. */
export type WatchFolder = (path: string, changed: () => void, failed: (fault: unknown) => void) => Disposable;

export interface DeclaredFunctionsParts extends Pick<Parts, 'catalogue' | 'invoker' | 'random' | 'draw'> {
  readonly watch: WatchFolder;
  readonly report: (what: string, fault: unknown) => void;
}

interface Plan {
  readonly address: FunctionAddress;
  readonly settings: Settings;
  readonly code: Code & { readonly kind: 'folder' };
}

/**
 * Creates the declared functions. Those that exist get the declared code and configuration, and keep what is not declared: versions, aliases, tags,
 * concurrency. All are checked before the first is touched. Changes in a folder are in effect for the next invocation.
 */
export async function declareFunctions(
  parts: DeclaredFunctionsParts,
  functions: readonly DeclaredFunction[],
  defaults: { readonly account: AccountId; readonly region: Region },
): Promise<Disposable> {
  const plans: Plan[] = [];
  for (const declared of functions) plans.push(await planOf(declared, defaults));
  const arns = plans.map(({ address }) => arnOf(address));
  const twice = plans.find(({ address }, index) => arns.indexOf(arnOf(address)) < index);
  if (twice !== undefined) throw new DeclaredFunctionError(twice.address.name, 'is declared twice');
  for (const plan of plans) await apply(parts, plan);
  const watching = plans.map((plan) => watchCode(parts, plan));
  return {
    [Symbol.dispose]: () => {
      for (const one of watching) one[Symbol.dispose]();
    },
  };
}

async function planOf(declared: DeclaredFunction, defaults: { readonly account: AccountId; readonly region: Region }): Promise<Plan> {
  const { name, path, concurrencyPerEnvironment = 1, account = defaults.account, region = defaults.region } = declared;
  if (!isFunctionName(name)) throw new DeclaredFunctionError(name, 'the name must have 1 to 64 of the characters a-z, A-Z, 0-9, - and _');
  if (!isAccountId(account)) throw new DeclaredFunctionError(name, `account "${account}" is not an account id of 12 digits`);
  if (!/^[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\d$/.test(region)) throw new DeclaredFunctionError(name, `region "${region}" is no Region`);
  if (concurrencyPerEnvironment > concurrencyPerEnvironmentMax) {
    throw new DeclaredFunctionError(
      name,
      `concurrencyPerEnvironment is ${concurrencyPerEnvironment}: expected at most ${concurrencyPerEnvironmentMax}`,
    );
  }
  if (!(await isFolder(path))) throw new DeclaredFunctionError(name, `path "${path}" is no folder`);
  const settings = newSettings({
    Runtime: declared.runtime,
    Handler: declared.handler,
    Role: declared.role ?? `arn:aws:iam::${account}:role/declared`,
    Description: declared.description,
    Timeout: declared.timeout,
    MemorySize: declared.memory,
    Environment: declared.environment && { Variables: texts(declared.environment) },
    DeadLetterConfig: declared.deadLetterTarget === undefined ? undefined : { TargetArn: declared.deadLetterTarget },
  });
  if (isRefusal(settings)) throw new DeclaredFunctionError(name, settings.message.replace(/ String measured: .*/s, ''));
  if (concurrencyPerEnvironment > 1 && kindOf(settings.runtime) !== 'nodejs') {
    const problem = `concurrencyPerEnvironment is ${concurrencyPerEnvironment}: ${settings.runtime} takes one invocation at a time, only Node.js takes several`;
    throw new DeclaredFunctionError(name, problem);
  }
  return {
    address: { account, region: region as Region, name },
    settings: { ...settings, concurrencyPerEnvironment },
    code: { kind: 'folder', path },
  };
}

/** YAML has numbers and booleans; variables are strings. */
function texts(variables: Readonly<Record<string, string | number | boolean>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function apply({ catalogue, random, draw }: DeclaredFunctionsParts, { address, settings, code }: Plan): Promise<void> {
  const drawn = draw();
  const id = random.uuid();
  const { now, revision, deployment } = drawn;
  await catalogue.change(address, (functions): FunctionRecord | Refusal => {
    const current = functions.find(address.name);
    const fresh: VersionRecord = { version: latest, settings, code, modifiedAt: now, revision, deployment };
    const next = current === undefined ? fresh : changed(current.latest, { settings, code }, drawn);
    if (current !== undefined && next.deployment === current.latest.deployment) return current; // as declared already
    const record: FunctionRecord =
      current === undefined
        ? { name: address.name, id, latest: next, lastVersion: 0, tags: {}, reservedConcurrency: undefined, recursiveLoop: 'Terminate' }
        : { ...current, latest: next };
    if (current !== undefined) storeCode(functions, -bytesOf(current.latest.code)); // less never is too much
    if (current === undefined) functions.usage = { ...functions.usage, functions: functions.usage.functions + 1 };
    functions.put(record);
    return record;
  });
}

function watchCode({ catalogue, invoker, watch, report }: DeclaredFunctionsParts, { address, code }: Plan): Disposable {
  const reload = async (): Promise<void> => {
    const record = await catalogue.find(address);
    if (record !== undefined) invoker.retire(address, record.latest);
  };
  const failed = (fault: unknown): void => report(`watching the code of ${arnOf(address)} in ${code.path}`, fault);
  return watch(code.path, () => void reload().catch(failed), failed);
}
