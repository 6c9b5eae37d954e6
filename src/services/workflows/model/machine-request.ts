import type { Refusal } from '../../../wire/refusal.js';
import { boolean, string, structure, wrappedList } from '../../../wire/shape.js';
import { constraint, invalidArn, invalidDefinition, missing, unsupported } from '../errors.js';
import { readDefinition } from '../language/definition-reader.js';
import { definitionBytesMax } from '../limits.js';
import { type Targets, targetRules } from '../targets.js';
import type { MachineType } from './machine-type.js';

/** Members of CreateStateMachine and UpdateStateMachine. */
export const machineMembers = {
  definition: string,
  roleArn: string,
  loggingConfiguration: structure({ level: string, includeExecutionData: boolean, destinations: wrappedList(structure({})) }),
  tracingConfiguration: structure({ enabled: boolean }),
  encryptionConfiguration: structure({ type: string, kmsKeyId: string }),
  publish: boolean,
  versionDescription: string,
} as const;

export interface MachineRequest {
  readonly loggingConfiguration?:
    | { readonly level?: string | undefined; readonly destinations?: readonly object[] | undefined }
    | undefined;
  readonly encryptionConfiguration?: { readonly type?: string | undefined } | undefined;
  readonly publish?: boolean | undefined;
  readonly versionDescription?: string | undefined;
}

/** What is off by default may be said to be off; what would have to be done is refused. */
export function checkExtras(request: MachineRequest): Refusal | undefined {
  const { loggingConfiguration, encryptionConfiguration, publish, versionDescription } = request;
  const { level = 'OFF', destinations = [] } = loggingConfiguration ?? {};
  if (level !== 'OFF' || destinations.length > 0) return unsupported('Logging to CloudWatch');
  if ((encryptionConfiguration?.type ?? 'AWS_OWNED_KEY') !== 'AWS_OWNED_KEY') return unsupported('Encryption with a key of your own');
  return publish === true || versionDescription !== undefined ? unsupported('Publishing versions') : undefined;
}

/** The text itself, once nothing is wrong with it. */
export async function readMachineDefinition(definition: string, targets: Targets, type: MachineType): Promise<string | Refusal> {
  if (definition.length === 0 || Buffer.byteLength(definition) > definitionBytesMax) {
    return constraint('definition', "''", `Member must have length between 1 and ${definitionBytesMax}`);
  }
  const { machine, diagnostics } = readDefinition(definition, await targetRules(targets, type, definition));
  return machine === undefined ? invalidDefinition(diagnostics) : definition;
}

/** Roles are kept and shown; nothing is checked against them. */
export function readRole(roleArn: string | undefined): string | Refusal {
  if (roleArn === undefined) return missing('roleArn');
  return /^arn:aws[a-z-]*:iam::\d{12}:role\/.{1,512}$/.test(roleArn) ? roleArn : invalidArn(`Invalid ARN prefix: ${roleArn}`);
}
