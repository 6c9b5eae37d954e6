import { createHash } from 'node:crypto';
import type { Infer } from '../../../wire/shape.js';
import type { configuration } from '../shapes.js';
import { type FunctionAddress, qualifiedArn } from './function-name.js';
import type { Code, VersionRecord } from './function-record.js';
import { bytesOf } from './publishing.js';

export type Configuration = Infer<typeof configuration>;

/**
 * A version as clients see it. A function is ready when the request that makes or changes it is answered, so its state is always the same;
 * lists leave the state out, as AWS's do.
 */
export function shownConfiguration(address: FunctionAddress, version: VersionRecord, qualifier: string | undefined): Configuration {
  return {
    ...listedConfiguration(address, version, qualifier),
    State: 'Active',
    LastUpdateStatus: 'Successful',
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(address, version) },
  };
}

/** `qualifier`: that by which it was asked for. */
export function listedConfiguration(address: FunctionAddress, version: VersionRecord, qualifier: string | undefined): Configuration {
  const { settings, code } = version;
  return {
    FunctionName: address.name,
    FunctionArn: qualifiedArn(address, qualifier),
    Runtime: settings.runtime,
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: bytesOf(code),
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMb,
    LastModified: lastModified(version.modifiedAt),
    CodeSha256: digestOf(code),
    Version: version.version,
    ...(settings.deadLetterTarget !== undefined && { DeadLetterConfig: { TargetArn: settings.deadLetterTarget } }),
    ...(settings.variables !== undefined && { Environment: { Variables: settings.variables } }),
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: version.revision,
    PackageType: 'Zip',
    Architectures: [settings.architecture],
    EphemeralStorage: { Size: settings.ephemeralStorageMb },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${address.name}` },
  };
}

/** Base64 of the package's SHA-256. A folder has no package: its path stands for it. */
export function digestOf(code: Code): string {
  switch (code.kind) {
    case 'package':
      return Buffer.from(code.sha256, 'hex').toString('base64');
    case 'folder':
      return createHash('sha256').update(code.path).digest('base64');
  }
}

/** `2024-05-01T10:11:12.345+0000`. */
function lastModified(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}

/** AWS names the build of the runtime by a digest; here the runtime's name is what there is to tell. */
function runtimeVersionArn({ region }: FunctionAddress, { settings }: VersionRecord): string {
  return `arn:aws:lambda:${region}::runtime:${createHash('sha256').update(settings.runtime).digest('hex')}`;
}
