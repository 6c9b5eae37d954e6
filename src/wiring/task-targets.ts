import type { Random } from '../base/random.js';
import type { IngestTask } from '../services/ingest/workflow/task.js';
import { dynamodbActions, optimisedDynamodbActions, s3Actions } from '../services/workflows/aws/actions.js';
import { dynamodbTarget, missingTarget, sdkTarget } from '../services/workflows/aws/sdk-target.js';
import { functionTarget, invokeTarget } from '../services/workflows/function-target.js';
import { type HttpTargetParts, httpTarget } from '../services/workflows/http/http-target.js';
import type { JsonObject } from '../services/workflows/language/json.js';
import { operationTarget } from '../services/workflows/operation-target.js';
import { functionTargetName, type Target, type Targets } from '../services/workflows/targets.js';
import type { Operation, Service } from '../wire/service.js';
import type { AwsServices } from './aws-services.js';
import { ingestTargets } from './ingest-targets.js';

export interface TaskTargetParts {
  readonly sqs: Service;
  readonly sns: Service;
  readonly functions: Service;
  readonly random: Random;
  readonly http: HttpTargetParts;
  readonly aws: AwsServices;
  readonly ingest: readonly IngestTask[];
}

/** What tasks of workflows can call, by the service and action of their resource. */
export function taskTargets({ sqs, sns, functions, random, http, aws, ingest }: TaskTargetParts): Targets {
  const invoke = operationOf(functions, 'Invoke');
  const send = { service: sqs, operation: 'SendMessage', errors: 'SQS', texts: ['MessageBody'], once: onceInGroup };
  const publish = { service: sns, operation: 'Publish', errors: 'SNS', texts: ['Message'], once: onceInGroup };
  return new Map([
    ['sqs:sendMessage', operationTarget(send, random)],
    ['sns:publish', operationTarget(publish, random)],
    ['lambda:invoke', invokeTarget(invoke, random)],
    ['http:invoke', httpTarget(http)],
    ...sdkTargets(aws, random),
    ...ingestTargets(ingest),
    [functionTargetName, functionTarget(invoke, random)],
  ]);
}

const noEndpoint = (name: string): Target => missingTarget(`aws.${name} is not in its configuration`);

function sdkTargets({ s3, dynamodb }: AwsServices, random: Random): readonly (readonly [string, Target])[] {
  return [
    ...s3Actions.map((action) => [`aws-sdk:s3:${action}`, s3 === undefined ? noEndpoint('s3') : sdkTarget(s3, 'S3', action)] as const),
    ...dynamodbActions.map(
      (action) =>
        [`aws-sdk:dynamodb:${action}`, dynamodb === undefined ? noEndpoint('dynamodb') : sdkTarget(dynamodb, 'DynamoDb', action)] as const,
    ),
    ...optimisedDynamodbActions.map(
      (action) =>
        [`dynamodb:${action}`, dynamodb === undefined ? noEndpoint('dynamodb') : dynamodbTarget(dynamodb, action, random)] as const,
    ),
  ];
}

/** A message of a group that is sent again is dropped, unless the author decides himself which messages are the same. */
function onceInGroup(parameters: JsonObject, key: string): JsonObject {
  const { MessageGroupId: group, MessageDeduplicationId: id } = parameters;
  const fifo = [parameters.QueueUrl, parameters.TopicArn, parameters.TargetArn].some(
    (to) => typeof to === 'string' && to.endsWith('.fifo'),
  );
  return fifo && group !== undefined && id === undefined ? { ...parameters, MessageDeduplicationId: key } : parameters;
}

function operationOf(service: Service, name: string): Operation {
  const operation = service.operations.get(name);
  if (operation === undefined) throw new Error(`${service.name} has no operation ${name}`);
  return operation;
}
