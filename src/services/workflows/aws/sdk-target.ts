import type { Random } from '../../../base/random.js';
import { Failure, runtime, tooLarge } from '../language/failure.js';
import type { JsonObject } from '../language/json.js';
import { payloadBytesMax } from '../limits.js';
import { metadata } from '../operation-target.js';
import type { ApiModel, Target, TargetOutcome } from '../targets.js';

/** What calls a service of AWS: `workers/aws/sdk-service.ts`, as the composition root has it. */
export interface SdkPort {
  call(call: {
    readonly action: string;
    readonly parameters: unknown;
    readonly streamBytesMax: number;
    readonly apiNames: boolean;
    readonly signal: AbortSignal;
  }): Promise<SdkOutcome>;
  answers(action: string, apiNames: boolean): Promise<ApiModel>;
  parameters(action: string): Promise<ApiModel>;
}

type SdkOutcome =
  | { readonly kind: 'answered'; readonly output: JsonObject }
  | { readonly kind: 'wrong'; readonly problem: string }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'failed'; readonly fault: SdkFault };

interface SdkFault {
  /** Absent: no answer came. */
  readonly name: string | undefined;
  readonly isModelled: boolean;
  readonly message: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly extendedRequestId: string | undefined;
}

/** `aws-sdk:SERVICE:ACTION`: the answer as it is. `service` is what error names begin with: `S3`. */
export function sdkTarget(sdk: SdkPort, service: 'S3' | 'DynamoDb', action: string): Target {
  return {
    patterns: ['requestResponse', 'waitForTaskToken'],
    answers: () => sdk.answers(action, false),
    parameters: () => sdk.parameters(action),
    call: async ({ parameters, signal }) => {
      const outcome = await sdk.call({ action, parameters, streamBytesMax: payloadBytesMax, apiNames: false, signal });
      if (signal.aborted) return { kind: 'stopped' };
      return outcome.kind === 'failed'
        ? failed(sdkFailure(service, action, outcome.fault))
        : outcomeOf(outcome, `aws-sdk:${service}:${action}`);
    },
  };
}

/** The optimised `dynamodb:ACTION`: members as the API spells them, and what optimised integrations add. */
export function dynamodbTarget(sdk: SdkPort, action: string, random: Random): Target {
  return {
    patterns: ['requestResponse'],
    answers: () => sdk.answers(action, true),
    parameters: () => sdk.parameters(action),
    call: async ({ parameters, signal }) => {
      const outcome = await sdk.call({ action, parameters, streamBytesMax: payloadBytesMax, apiNames: true, signal });
      if (signal.aborted) return { kind: 'stopped' };
      if (outcome.kind === 'failed') return failed(optimisedFailure(outcome.fault));
      if (outcome.kind !== 'answered') return outcomeOf(outcome, `dynamodb:${action}`);
      return { kind: 'answered', output: { ...outcome.output, ...metadata(random) } };
    },
  };
}

/** Stands for targets that the configuration has no way to. */
export function missingTarget(reason: string): Target {
  return { patterns: [], missing: reason, call: async () => failed(runtime(reason)) };
}

function outcomeOf(outcome: Exclude<SdkOutcome, { readonly kind: 'failed' }>, what: string): TargetOutcome {
  switch (outcome.kind) {
    case 'answered':
      return outcome;
    case 'wrong':
      return failed(runtime(outcome.problem));
    case 'tooLarge':
      return failed(tooLarge(what));
  }
}

/** `S3.NoSuchKeyException`, the names of the classes in the SDK for Java; one that has no class is `S3.S3Exception`. */
function sdkFailure(service: 'S3' | 'DynamoDb', action: string, fault: SdkFault): Failure {
  const { name, message, status, requestId, extendedRequestId } = fault;
  if (name === undefined) return new Failure(`${service}.SdkClientException`, message);
  const translated = headFaults[action]?.[name] ?? name;
  const isKnown = fault.isModelled || translated !== name;
  const ids = [
    `Request ID: ${requestId ?? 'null'}`,
    ...(extendedRequestId === undefined ? [] : [`Extended Request ID: ${extendedRequestId}`]),
  ];
  const cause = `${message} (Service: ${service}, Status Code: ${status}, ${ids.join(', ')}) (SDK Attempt Count: 1)`;
  return new Failure(isKnown ? `${service}.${exceptionName(translated)}` : `${service}.${service}Exception`, cause);
}

/** Answers to HEAD have no body that would say more. */
const headFaults: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  headObject: { NotFound: 'NoSuchKey' },
  headBucket: { NotFound: 'NoSuchBucket' },
};

function optimisedFailure({ name, isModelled, message, status, requestId }: SdkFault): Failure {
  if (name === undefined) return new Failure('DynamoDB.SdkClientException', message);
  const cause = `${message} (Service: AmazonDynamoDBv2; Status Code: ${status}; Error Code: ${name}; Request ID: ${requestId ?? 'null'}; Proxy: null)`;
  return new Failure(isModelled ? `DynamoDB.${exceptionName(name)}` : 'DynamoDB.AmazonDynamoDBException', cause);
}

function exceptionName(name: string): string {
  return name.endsWith('Exception') ? name : `${name.replace(/Fault$/, '')}Exception`;
}

function failed(failure: Failure): TargetOutcome {
  return { kind: 'failed', failure };
}
