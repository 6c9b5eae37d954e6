import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programFolder } from '../../base/program-folder.js';
import type { EnvironmentSpec } from './invocation.js';

/** Programs and variables of the machine that processes of functions start with. */
export interface Machine {
  /** The Node program. */
  readonly node: string;
  /** The Python 3 program, a path or a name to look up. */
  readonly python: string;
  /** `PATH` and whatever else every process is to have: nothing of the broker's own environment is handed on. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What belongs to one process alone. */
export interface Place {
  /** host:port of its Runtime API. */
  readonly runtimeApi: string;
  readonly temporaryFolder: string;
  readonly logStreamName: string;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

const runtimeFolder = fileURLToPath(new URL('workers/functions/bootstrap', programFolder));

/** How the process of an environment is started, or why it cannot be. */
export async function launchOf(spec: EnvironmentSpec, machine: Machine, place: Place): Promise<Launch | { readonly invalid: string }> {
  const program = await programOf(spec, machine);
  if ('invalid' in program) return program;
  const { AWS_LAMBDA_EXEC_WRAPPER: wrapper } = spec.variables;
  const [command = '', ...args] = wrapper === undefined ? program : [wrapper, ...program];
  return { command, args, variables: variablesOf(spec, machine, place) };
}

async function programOf(spec: EnvironmentSpec, { node, python }: Machine): Promise<readonly string[] | { readonly invalid: string }> {
  switch (spec.runtime) {
    case 'nodejs':
      return [node, `--max-old-space-size=${spec.memoryMb}`, join(runtimeFolder, 'node', 'main.cjs')];
    case 'python':
      return [python, '-u', join(runtimeFolder, 'python', 'bootstrap.py')];
    case 'provided': {
      const bootstrap = join(spec.folder, 'bootstrap');
      return (await isProgram(bootstrap)) ? [bootstrap] : { invalid: `Couldn't find valid bootstrap(s): [${bootstrap}]` };
    }
  }
}

async function isProgram(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && (found.mode & 0o111) !== 0;
}

/** AWS Lambda developer guide, "Defined runtime environment variables". */
function variablesOf(spec: EnvironmentSpec, machine: Machine, place: Place): Record<string, string> {
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    TMPDIR: place.temporaryFolder,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.functionName}`,
    ...machine.variables,
    ...spec.variables,
    _HANDLER: spec.handler,
    AWS_LAMBDA_RUNTIME_API: place.runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: spec.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: spec.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStreamName,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    ...(spec.concurrency > 1 && { AWS_LAMBDA_MAX_CONCURRENCY: String(spec.concurrency) }),
    LAMBDA_TASK_ROOT: spec.folder,
    LAMBDA_RUNTIME_DIR: runtimeFolder,
  };
}
