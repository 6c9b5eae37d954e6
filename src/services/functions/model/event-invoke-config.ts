import type { Refusal } from '../../../wire/refusal.js';
import type { Infer } from '../../../wire/shape.js';
import { invalidValue, notSupported } from '../errors.js';
import type { eventInvokeConfig } from '../shapes.js';
import { Constraints } from './constraints.js';
import { isFifo, kindOfDestination } from './destination.js';
import { type FunctionAddress, latest, qualifiedArn, referenceOfArn } from './function-name.js';

/** What becomes of the asynchronous events of a function, version or alias. What was not set is absent. */
export interface EventInvokeConfig {
  /** `$LATEST` for the function itself. */
  readonly qualifier: string;
  readonly retriesMax?: number | undefined;
  readonly ageSecondsMax?: number | undefined;
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
  readonly modifiedAt: number;
}

export const retriesMaxDefault = 2;
export const ageSecondsMaxDefault = 21_600;

export interface EventInvokeInput {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
  readonly DestinationConfig?:
    | {
        readonly OnSuccess?: { readonly Destination?: string | undefined } | undefined;
        readonly OnFailure?: { readonly Destination?: string | undefined } | undefined;
      }
    | undefined;
}

type Given = Omit<EventInvokeConfig, 'qualifier' | 'modifiedAt'>;

/** What a request sets: at least one thing. An empty destination is none. */
export function readEventInvokeConfig(input: EventInvokeInput, address: FunctionAddress): Given | Refusal {
  const { MaximumRetryAttempts: retriesMax, MaximumEventAgeInSeconds: ageSecondsMax, DestinationConfig: destinations } = input;
  const broken = new Constraints()
    .range('maximumRetryAttempts', retriesMax, 0, 2)
    .range('maximumEventAgeInSeconds', ageSecondsMax, 60, 21_600)
    .refusal();
  if (broken !== undefined) return broken;
  if (retriesMax === undefined && ageSecondsMax === undefined && destinations === undefined) {
    return invalidValue('You must specify at least one of error handling or destination setting.');
  }
  const onSuccess = destinations?.OnSuccess?.Destination;
  const onFailure = destinations?.OnFailure?.Destination;
  for (const destination of [onSuccess, onFailure]) {
    const wrong =
      destination === undefined || destination === '' ? undefined : checkDestination(destination, address, onSuccess, onFailure);
    if (wrong !== undefined) return wrong;
  }
  return {
    ...(retriesMax !== undefined && { retriesMax }),
    ...(ageSecondsMax !== undefined && { ageSecondsMax }),
    ...(onSuccess !== undefined && { onSuccess: onSuccess || undefined }),
    ...(onFailure !== undefined && { onFailure: onFailure || undefined }),
  };
}

function checkDestination(destination: string, address: FunctionAddress, onSuccess?: string, onFailure?: string): Refusal | undefined {
  if (/^arn:[a-z-]+:(events|s3):/.test(destination)) {
    return notSupported(`A destination of ${destination.split(':')[2] === 's3' ? 'Amazon S3' : 'Amazon EventBridge'}`);
  }
  const kind = kindOfDestination(destination);
  if (kind === undefined) {
    const shown = [onSuccess, onFailure].map((one) => (one === undefined ? 'null' : one.slice(0, 350)));
    return invalidValue(
      `The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=${shown[0]}), onFailure=OnFailure(destination=${shown[1]})) is invalid.`,
    );
  }
  if (isFifo(destination)) return notSupported('A FIFO queue or topic as a destination');
  return kind === 'lambda' && isItself(destination, address)
    ? invalidValue("You can't specify the function as a destination for itself.")
    : undefined;
}

function isItself(destination: string, address: FunctionAddress): boolean {
  const target = referenceOfArn(destination)?.address;
  return target?.account === address.account && target.region === address.region && target.name === address.name;
}

/** Times are seconds since the epoch. */
export function shownEventInvokeConfig(address: FunctionAddress, config: EventInvokeConfig): Infer<typeof eventInvokeConfig> {
  const { qualifier, retriesMax, ageSecondsMax, onSuccess, onFailure, modifiedAt } = config;
  return {
    LastModified: modifiedAt / 1_000,
    FunctionArn: qualifiedArn(address, qualifier),
    ...(retriesMax !== undefined && { MaximumRetryAttempts: retriesMax }),
    ...(ageSecondsMax !== undefined && { MaximumEventAgeInSeconds: ageSecondsMax }),
    DestinationConfig: {
      OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  };
}

/** Configurations are kept by qualifier. */
export function configKey(qualifier: string | undefined): string {
  return qualifier ?? latest;
}
