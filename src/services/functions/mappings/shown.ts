import type { Place } from '../catalogue.js';
import { type Mapping, mappingArn } from './mapping.js';

export type MappingState = 'Creating' | 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled' | 'Updating' | 'Deleting';

/** Where a mapping stands. */
export interface Standing {
  readonly state: MappingState;
  /** Why it takes nothing although it is enabled. */
  readonly problem: string | undefined;
}

/** EventSourceMappingConfiguration. `LastProcessingResult`, which AWS leaves out for queues, is where a problem is told. */
export function shownMapping(place: Place, mapping: Mapping, { state, problem }: Standing) {
  const { id, queue, functionArn, settings, modifiedAt } = mapping;
  const { batchSize, windowSeconds, filters, reportsFailures, concurrencyMax, pollers, countsEvents } = settings;
  return {
    UUID: id,
    BatchSize: batchSize,
    MaximumBatchingWindowInSeconds: windowSeconds,
    EventSourceArn: queue,
    EventSourceMappingArn: mappingArn(place, id),
    FilterCriteria: filters && { Filters: filters.map((Pattern) => ({ Pattern })) },
    FunctionArn: functionArn,
    LastModified: modifiedAt / 1_000,
    LastProcessingResult: problem && `PROBLEM: ${problem}`,
    State: state,
    StateTransitionReason: 'USER_INITIATED',
    FunctionResponseTypes: reportsFailures ? ['ReportBatchItemFailures'] : [],
    ScalingConfig: concurrencyMax === undefined ? undefined : { MaximumConcurrency: concurrencyMax },
    ProvisionedPollerConfig: pollers && { MinimumPollers: pollers.min, MaximumPollers: pollers.max },
    MetricsConfig: countsEvents ? { Metrics: ['EventCount'] } : undefined,
  };
}
