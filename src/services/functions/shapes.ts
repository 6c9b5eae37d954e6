import { boolean, double, integer, type StructureShape, string, structure, wrappedList, wrappedMap } from '../../wire/shape.js';

const strings = wrappedList(string);
export const stringMap = wrappedMap('key', 'value', string);

/** What CreateFunction and UpdateFunctionConfiguration share; what is refused by name is here so that it is seen. */
export const settingsMembers = {
  Runtime: string,
  Role: string,
  Handler: string,
  Description: string,
  Timeout: integer,
  MemorySize: integer,
  EphemeralStorage: structure({ Size: integer }),
  Environment: structure({ Variables: stringMap }),
  DeadLetterConfig: structure({ TargetArn: string }),
  Architectures: strings,
  TracingConfig: structure({ Mode: string }),
  LoggingConfig: structure({ LogFormat: string, ApplicationLogLevel: string, SystemLogLevel: string, LogGroup: string }),
  SnapStart: structure({ ApplyOn: string }),
  PackageType: string,
  VpcConfig: structure({ SubnetIds: strings, SecurityGroupIds: strings }),
  KMSKeyArn: string,
  Layers: strings,
  FileSystemConfigs: wrappedList(structure({ Arn: string })),
  ImageConfig: structure({ EntryPoint: strings, Command: strings, WorkingDirectory: string }),
  CodeSigningConfigArn: string,
  CapacityProviderConfig: structure({}),
  DurableConfig: structure({}),
  TenancyConfig: structure({}),
  PublishTo: string,
} as const;

/** FunctionConfiguration of the service's model, as far as it is ever there. */
export const configurationMembers = {
  FunctionName: string,
  FunctionArn: string,
  Runtime: string,
  Role: string,
  Handler: string,
  CodeSize: integer,
  Description: string,
  Timeout: integer,
  MemorySize: integer,
  LastModified: string,
  CodeSha256: string,
  Version: string,
  DeadLetterConfig: structure({ TargetArn: string }),
  Environment: structure({ Variables: stringMap }),
  TracingConfig: structure({ Mode: string }),
  RevisionId: string,
  State: string,
  LastUpdateStatus: string,
  PackageType: string,
  Architectures: strings,
  EphemeralStorage: structure({ Size: integer }),
  SnapStart: structure({ ApplyOn: string, OptimizationStatus: string }),
  RuntimeVersionConfig: structure({ RuntimeVersionArn: string }),
  LoggingConfig: structure({ LogFormat: string, LogGroup: string }),
} as const;

export const configuration = structure(configurationMembers);

export const aliasConfiguration = structure({
  AliasArn: string,
  Name: string,
  FunctionVersion: string,
  Description: string,
  RoutingConfig: structure({ AdditionalVersionWeights: wrappedMap('key', 'value', double) }),
  RevisionId: string,
});

export const destinationConfig = structure({
  OnSuccess: structure({ Destination: string }),
  OnFailure: structure({ Destination: string }),
});

export const eventInvokeConfig = structure({
  LastModified: double,
  FunctionArn: string,
  MaximumRetryAttempts: integer,
  MaximumEventAgeInSeconds: integer,
  DestinationConfig: destinationConfig,
});

/** Pages of a list. */
export const page = { Marker: string, MaxItems: integer } as const;

export const nothing: StructureShape = structure({});
export const flag = boolean;
