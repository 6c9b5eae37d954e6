import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import type { Infer } from '../../../wire/shape.js';
import { invalidValue, notSupported } from '../errors.js';
import {
  descriptionCharsMax,
  ephemeralStorageMbMax,
  ephemeralStorageMbMin,
  handlerCharsMax,
  memoryMbMax,
  memoryMbMin,
  timeoutSecondsDefault,
  timeoutSecondsMax,
} from '../limits.js';
import type { settingsMembers } from '../shapes.js';
import { Constraints } from './constraints.js';
import { readDeadLetterTarget } from './destination.js';
import { readVariables, variableNamePattern } from './environment.js';
import { awsRuntimes, isSupportedRuntime, kindOf, type Runtime } from './runtime.js';

/** How a version runs. */
export interface Settings {
  readonly runtime: Runtime;
  readonly handler: string;
  readonly role: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly ephemeralStorageMb: number;
  readonly architecture: string;
  /** Absent: none was ever set, and none is shown. */
  readonly variables: Readonly<Record<string, string>> | undefined;
  readonly deadLetterTarget: string | undefined;
  /** Invocations at once in one process: by configuration alone, and above 1 for Node.js alone. */
  readonly concurrencyPerEnvironment: number;
}

export type SettingsInput = Infer<{ readonly kind: 'structure'; readonly members: typeof settingsMembers }>;

const rolePattern = 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+';
export const architectures: readonly string[] = ['x86_64', 'arm64'];
const architectureDefault = 'x86_64';

/** CreateFunction: what is not given has its default. */
export function newSettings(input: SettingsInput): Settings | Refusal {
  const broken = constraintsOf(input).required('role', input.Role).refusal() ?? checkSupported(input);
  if (broken !== undefined) return broken;
  if (input.Runtime === undefined || input.Handler === undefined) {
    return invalidValue('Runtime and Handler are mandatory parameters for functions created with deployment packages.');
  }
  const defaults: Settings = {
    runtime: input.Runtime as Runtime,
    handler: input.Handler,
    role: input.Role ?? '',
    description: '',
    timeoutSeconds: timeoutSecondsDefault,
    memoryMb: memoryMbMin,
    ephemeralStorageMb: ephemeralStorageMbMin,
    architecture: input.Architectures?.[0] ?? architectureDefault,
    variables: undefined,
    deadLetterTarget: undefined,
    concurrencyPerEnvironment: 1,
  };
  return withInput(defaults, input);
}

/** UpdateFunctionConfiguration: what is not given stays as it is. */
export function changedSettings(current: Settings, input: SettingsInput): Settings | Refusal {
  return constraintsOf(input).refusal() ?? checkSupported(input) ?? withInput(current, input);
}

function withInput(current: Settings, input: SettingsInput): Settings | Refusal {
  const { Runtime, Handler, Role, Description, Timeout, MemorySize, EphemeralStorage, Environment, DeadLetterConfig } = input;
  const variables = Environment === undefined ? current.variables : readVariables(Environment.Variables ?? {});
  if (isRefusal(variables)) return variables;
  const deadLetterTarget =
    DeadLetterConfig?.TargetArn === undefined ? current.deadLetterTarget : readDeadLetterTarget(DeadLetterConfig.TargetArn);
  if (isRefusal(deadLetterTarget)) return deadLetterTarget;
  const runtime = (Runtime as Runtime | undefined) ?? current.runtime;
  return {
    runtime,
    handler: Handler ?? current.handler,
    role: Role ?? current.role,
    description: Description ?? current.description,
    timeoutSeconds: Timeout ?? current.timeoutSeconds,
    memoryMb: MemorySize ?? current.memoryMb,
    ephemeralStorageMb: EphemeralStorage?.Size ?? current.ephemeralStorageMb,
    architecture: current.architecture,
    variables,
    deadLetterTarget,
    concurrencyPerEnvironment: kindOf(runtime) === 'nodejs' ? current.concurrencyPerEnvironment : 1,
  };
}

function constraintsOf(input: SettingsInput): Constraints {
  return new Constraints()
    .pattern('role', input.Role, rolePattern)
    .pattern('handler', input.Handler, '[^\\s]+')
    .length('handler', input.Handler, 0, handlerCharsMax)
    .length('description', input.Description, 0, descriptionCharsMax)
    .range('timeout', input.Timeout, 1, timeoutSecondsMax)
    .range('memorySize', input.MemorySize, memoryMbMin, memoryMbMax)
    .range('ephemeralStorage.size', input.EphemeralStorage?.Size, ephemeralStorageMbMin, ephemeralStorageMbMax)
    .oneOf('tracingConfig.mode', input.TracingConfig?.Mode, ['Active', 'PassThrough'])
    .oneOf('loggingConfig.logFormat', input.LoggingConfig?.LogFormat, ['JSON', 'Text'])
    .oneOf('snapStart.applyOn', input.SnapStart?.ApplyOn, ['PublishedVersions', 'None'])
    .oneOf('packageType', input.PackageType, ['Zip', 'Image'])
    .keys('environment.variables', input.Environment?.Variables, variableNamePattern);
}

/** Refuses by name what nothing here would do, in a form that is worth asking for: what means the default is accepted. */
function checkSupported(input: SettingsInput): Refusal | undefined {
  if (input.Runtime !== undefined && !isSupportedRuntime(input.Runtime)) {
    if (awsRuntimes.includes(input.Runtime)) return notSupported(`The runtime ${input.Runtime}`);
    return invalidValue(
      `Value ${input.Runtime.slice(0, 100)} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${awsRuntimes.join(', ')}] or be a valid ARN`,
    );
  }
  const { Architectures: given } = input;
  if (given !== undefined && (given.length !== 1 || !given.every((one) => architectures.includes(one)))) {
    return invalidValue(`Architectures must be exactly one of ${architectures.join(', ')}.`);
  }
  const unsupported = (
    [
      ['PackageType Image', input.PackageType === 'Image'],
      ['VpcConfig', (input.VpcConfig?.SubnetIds ?? []).length + (input.VpcConfig?.SecurityGroupIds ?? []).length > 0],
      ['KMSKeyArn', (input.KMSKeyArn ?? '') !== ''],
      ['TracingConfig Active', input.TracingConfig?.Mode === 'Active'],
      ['Layers', (input.Layers ?? []).length > 0],
      ['FileSystemConfigs', (input.FileSystemConfigs ?? []).length > 0],
      ['ImageConfig', Object.keys(input.ImageConfig ?? {}).length > 0],
      ['CodeSigningConfigArn', (input.CodeSigningConfigArn ?? '') !== ''],
      ['SnapStart PublishedVersions', input.SnapStart?.ApplyOn === 'PublishedVersions'],
      ['LoggingConfig JSON', input.LoggingConfig?.LogFormat === 'JSON'],
      ['LoggingConfig LogGroup', input.LoggingConfig?.LogGroup !== undefined],
      ['LoggingConfig ApplicationLogLevel', input.LoggingConfig?.ApplicationLogLevel !== undefined],
      ['LoggingConfig SystemLogLevel', input.LoggingConfig?.SystemLogLevel !== undefined],
      ['CapacityProviderConfig', input.CapacityProviderConfig !== undefined],
      ['DurableConfig', input.DurableConfig !== undefined],
      ['TenancyConfig', input.TenancyConfig !== undefined],
      ['PublishTo', input.PublishTo !== undefined],
    ] as const
  ).find(([, asked]) => asked);
  return unsupported === undefined ? undefined : notSupported(unsupported[0]);
}
