import { boolean, double, integer, string, structure, wrappedList } from '../../../wire/shape.js';
import { destinationConfig, stringMap } from '../shapes.js';

const strings = wrappedList(string);
const filterCriteria = structure({ Filters: wrappedList(structure({ Pattern: string })) });
const scalingConfig = structure({ MaximumConcurrency: integer });
const provisionedPollerConfig = structure({ MinimumPollers: integer, MaximumPollers: integer, PollerGroupName: string });
const metricsConfig = structure({ Metrics: strings });

/** What CreateEventSourceMapping and UpdateEventSourceMapping share and queues have. */
export const queueMembers = {
  FunctionName: string,
  Enabled: boolean,
  BatchSize: integer,
  MaximumBatchingWindowInSeconds: integer,
  FilterCriteria: filterCriteria,
  FunctionResponseTypes: strings,
  ScalingConfig: scalingConfig,
  ProvisionedPollerConfig: provisionedPollerConfig,
  MetricsConfig: metricsConfig,
} as const;

/** What is not for queues, or not there yet: refused by name. */
export const refusedMembers = {
  DestinationConfig: destinationConfig,
  MaximumRecordAgeInSeconds: integer,
  BisectBatchOnFunctionError: boolean,
  MaximumRetryAttempts: integer,
  ParallelizationFactor: integer,
  TumblingWindowInSeconds: integer,
  StartingPosition: string,
  StartingPositionTimestamp: double,
  Topics: strings,
  Queues: strings,
  SourceAccessConfigurations: wrappedList(structure({ Type: string, URI: string })),
  SelfManagedEventSource: structure({}),
  AmazonManagedKafkaEventSourceConfig: structure({}),
  SelfManagedKafkaEventSourceConfig: structure({}),
  DocumentDBEventSourceConfig: structure({}),
  KMSKeyArn: string,
  LoggingConfig: structure({ SystemLogLevel: string }),
} as const;

export const createInput = structure({ EventSourceArn: string, Tags: stringMap, ...queueMembers, ...refusedMembers });
export const updateInput = structure({ UUID: string, ...queueMembers, ...refusedMembers });

export const mappingConfiguration = structure({
  UUID: string,
  BatchSize: integer,
  MaximumBatchingWindowInSeconds: integer,
  EventSourceArn: string,
  EventSourceMappingArn: string,
  FilterCriteria: filterCriteria,
  FunctionArn: string,
  LastModified: double,
  LastProcessingResult: string,
  State: string,
  StateTransitionReason: string,
  FunctionResponseTypes: strings,
  ScalingConfig: scalingConfig,
  ProvisionedPollerConfig: provisionedPollerConfig,
  MetricsConfig: metricsConfig,
});
