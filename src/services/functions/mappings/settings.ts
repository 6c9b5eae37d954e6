import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import type { Infer } from '../../../wire/shape.js';
import { invalidValue, notSupported } from '../errors.js';
import {
  batchSizeMax,
  fifoBatchSizeMax,
  filtersMax,
  mappingConcurrencyMax,
  mappingConcurrencyMin,
  maximumPollersMax,
  minimumPollersMax,
  patternCharsMax,
  pollersMin,
  windowSecondsMax,
} from '../limits.js';
import { Constraints } from '../model/constraints.js';
import type { MappingSettings, Pollers } from './mapping.js';
import { readFilter } from './message-filter.js';
import type { updateInput } from './shapes.js';

type Input = Infer<typeof updateInput>;

/** Developer guide, "Creating and configuring an Amazon SQS event source mapping". */
export const newMapping: MappingSettings = {
  batchSize: 10,
  windowSeconds: 0,
  filters: undefined,
  reportsFailures: false,
  concurrencyMax: undefined,
  pollers: undefined,
  countsEvents: false,
};
const pollersDefault: Pollers = { min: 2, max: 200 };

/** What a request leaves of the settings and changes of them. An empty object removes what it would configure. */
export function readSettings(input: Input, current: MappingSettings, fifo: boolean): MappingSettings | Refusal {
  const broken = constraintsOf(input) ?? unsupported(input);
  if (broken !== undefined) return broken;
  const settings: MappingSettings = {
    batchSize: input.BatchSize ?? current.batchSize,
    windowSeconds: input.MaximumBatchingWindowInSeconds ?? current.windowSeconds,
    filters: input.FilterCriteria === undefined ? current.filters : filtersOf(input.FilterCriteria),
    reportsFailures: input.FunctionResponseTypes === undefined ? current.reportsFailures : input.FunctionResponseTypes.length > 0,
    concurrencyMax: input.ScalingConfig === undefined ? current.concurrencyMax : input.ScalingConfig.MaximumConcurrency,
    pollers: input.ProvisionedPollerConfig === undefined ? current.pollers : pollersOf(input.ProvisionedPollerConfig),
    countsEvents: input.MetricsConfig === undefined ? current.countsEvents : (input.MetricsConfig.Metrics ?? []).length > 0,
  };
  return problemOf(settings, fifo) ?? settings;
}

function constraintsOf(input: Input): Refusal | undefined {
  const constraints = new Constraints()
    .range('batchSize', input.BatchSize, 1, batchSizeMax)
    .range('maximumBatchingWindowInSeconds', input.MaximumBatchingWindowInSeconds, 0, windowSecondsMax)
    .range('scalingConfig.maximumConcurrency', input.ScalingConfig?.MaximumConcurrency, mappingConcurrencyMin, mappingConcurrencyMax)
    .range('provisionedPollerConfig.minimumPollers', input.ProvisionedPollerConfig?.MinimumPollers, 1, minimumPollersMax)
    .range('provisionedPollerConfig.maximumPollers', input.ProvisionedPollerConfig?.MaximumPollers, 1, maximumPollersMax);
  for (const type of input.FunctionResponseTypes ?? []) constraints.oneOf('functionResponseTypes', type, ['ReportBatchItemFailures']);
  for (const [index, filter] of (input.FilterCriteria?.Filters ?? []).entries()) {
    constraints.length(`filterCriteria.filters.${index + 1}.member.pattern`, filter.Pattern, 0, patternCharsMax);
  }
  for (const metric of input.MetricsConfig?.Metrics ?? []) {
    constraints.oneOf('metricsConfig.metrics', metric, ['EventCount', 'ErrorCount', 'KafkaMetrics']);
  }
  return constraints.refusal();
}

/** What belongs to streams and other sources, and what is not there yet. */
function unsupported(input: Input): Refusal | undefined {
  if (input.KMSKeyArn !== undefined && input.KMSKeyArn !== '') return notSupported('KMSKeyArn');
  if (input.LoggingConfig !== undefined) return notSupported('LoggingConfig of an event source mapping');
  if (input.ProvisionedPollerConfig?.PollerGroupName !== undefined) return forOtherSources('PollerGroupName');
  if (input.MetricsConfig?.Metrics?.some((metric) => metric !== 'EventCount')) return forOtherSources('MetricsConfig');
  const { OnSuccess, OnFailure } = input.DestinationConfig ?? {};
  if (OnSuccess?.Destination !== undefined || OnFailure?.Destination !== undefined) return forOtherSources('DestinationConfig');
  const streams = [
    'MaximumRecordAgeInSeconds',
    'BisectBatchOnFunctionError',
    'MaximumRetryAttempts',
    'ParallelizationFactor',
    'TumblingWindowInSeconds',
    'StartingPosition',
    'StartingPositionTimestamp',
    'Topics',
    'Queues',
    'SourceAccessConfigurations',
    'SelfManagedEventSource',
    'AmazonManagedKafkaEventSourceConfig',
    'SelfManagedKafkaEventSourceConfig',
    'DocumentDBEventSourceConfig',
  ] as const;
  const given = streams.find((name) => input[name] !== undefined);
  return given && forOtherSources(given);
}

function forOtherSources(parameter: string): Refusal {
  return invalidValue(`Unsupported ${parameter} parameter for given event source mapping type.`);
}

function filtersOf({ Filters = [] }: NonNullable<Input['FilterCriteria']>): MappingSettings['filters'] {
  return Filters.length === 0 ? undefined : Filters.map(({ Pattern = '' }) => Pattern);
}

function pollersOf({ MinimumPollers, MaximumPollers }: NonNullable<Input['ProvisionedPollerConfig']>): Pollers | undefined {
  if (MinimumPollers === undefined && MaximumPollers === undefined) return undefined;
  const min = MinimumPollers ?? Math.min(pollersDefault.min, MaximumPollers ?? pollersDefault.min);
  return { min, max: MaximumPollers ?? Math.max(pollersDefault.max, min) };
}

function problemOf({ batchSize, windowSeconds, filters, concurrencyMax, pollers }: MappingSettings, fifo: boolean): Refusal | undefined {
  if (fifo && windowSeconds > 0) return invalidValue('Batching window is not supported for FIFO queues');
  if (fifo && batchSize > fifoBatchSizeMax) return invalidValue(`Maximum batch size for FIFO queues is ${fifoBatchSizeMax}`);
  if (batchSize > 10 && windowSeconds === 0) {
    return invalidValue('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
  }
  if (concurrencyMax !== undefined && pollers !== undefined) {
    return invalidValue('ScalingConfig and ProvisionedPollerConfig cannot be used together.');
  }
  if (pollers !== undefined && (pollers.min < pollersMin || pollers.max < pollers.min)) {
    return invalidValue(`MinimumPollers must be at least ${pollersMin} for a queue, and at most MaximumPollers.`);
  }
  if (filters === undefined) return undefined;
  if (filters.length > filtersMax) return invalidValue(`An event source mapping has at most ${filtersMax} filters.`);
  const filter = readFilter(filters);
  return isRefusal(filter) ? filter : undefined;
}
