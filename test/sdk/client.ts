import type * as Sdk from '@aws-sdk/client-sqs';

/** Every operation's input and output, as the current SDK types them. */
export interface Operations {
  AddPermission: [Sdk.AddPermissionRequest, unknown];
  CancelMessageMoveTask: [Sdk.CancelMessageMoveTaskRequest, Sdk.CancelMessageMoveTaskResult];
  ChangeMessageVisibility: [Sdk.ChangeMessageVisibilityRequest, unknown];
  ChangeMessageVisibilityBatch: [Sdk.ChangeMessageVisibilityBatchRequest, Partial<Sdk.ChangeMessageVisibilityBatchResult>];
  CreateQueue: [Sdk.CreateQueueRequest, Sdk.CreateQueueResult];
  DeleteMessage: [Sdk.DeleteMessageRequest, unknown];
  DeleteMessageBatch: [Sdk.DeleteMessageBatchRequest, Partial<Sdk.DeleteMessageBatchResult>];
  DeleteQueue: [Sdk.DeleteQueueRequest, unknown];
  GetQueueAttributes: [Sdk.GetQueueAttributesRequest, Sdk.GetQueueAttributesResult];
  GetQueueUrl: [Sdk.GetQueueUrlRequest, Sdk.GetQueueUrlResult];
  ListDeadLetterSourceQueues: [Sdk.ListDeadLetterSourceQueuesRequest, Partial<Sdk.ListDeadLetterSourceQueuesResult>];
  ListMessageMoveTasks: [Sdk.ListMessageMoveTasksRequest, Sdk.ListMessageMoveTasksResult];
  ListQueueTags: [Sdk.ListQueueTagsRequest, Sdk.ListQueueTagsResult];
  ListQueues: [Sdk.ListQueuesRequest, Sdk.ListQueuesResult];
  PurgeQueue: [Sdk.PurgeQueueRequest, unknown];
  ReceiveMessage: [Sdk.ReceiveMessageRequest, Sdk.ReceiveMessageResult];
  RemovePermission: [Sdk.RemovePermissionRequest, unknown];
  SendMessage: [Sdk.SendMessageRequest, Sdk.SendMessageResult];
  SendMessageBatch: [Sdk.SendMessageBatchRequest, Partial<Sdk.SendMessageBatchResult>];
  SetQueueAttributes: [Sdk.SetQueueAttributesRequest, unknown];
  StartMessageMoveTask: [Sdk.StartMessageMoveTaskRequest, Sdk.StartMessageMoveTaskResult];
  TagQueue: [Sdk.TagQueueRequest, unknown];
  UntagQueue: [Sdk.UntagQueueRequest, unknown];
}

export type OperationName = keyof Operations;
export type Input<K extends OperationName> = Operations[K][0];
export type Output<K extends OperationName> = Operations[K][1];

/** Both SDKs have a method for each operation, named like it. */
export function methodOf(operation: OperationName): string {
  return `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
}

/** Who calls: an access key of twelve digits is an account. */
export interface Identity {
  readonly accessKeyId: string;
  readonly region: string;
}

export const someone: Identity = { accessKeyId: 'test', region: 'us-east-1' };

/** An error as an application sees it through its SDK. */
export interface Refusal {
  /** The code of the Query protocol; the JSON SDK takes it from `x-amzn-query-error`. */
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** The class of the exception that an application catches; the older SDK has none. */
  readonly name?: string;
}

/** One SDK, bound to a server and an identity. Outputs are its own, without its metadata. */
export interface SqsClient {
  readonly protocol: 'json' | 'query';
  call<K extends OperationName>(operation: K, input: Input<K>, signal?: AbortSignal): Promise<Output<K>>;
  refusal<K extends OperationName>(operation: K, input: Input<K>): Promise<Refusal>;
  close(): void;
}

export type ConnectClient = (endpoint: string, identity?: Identity) => SqsClient;
