import { createSdkService, type SdkService } from '../workers/aws/sdk-service.js';
import { type AwsEndpoint, createDynamoDbClient, createS3Client } from './aws-clients.js';

/** Services of AWS that tasks can call; absent where the configuration has no endpoint. */
export interface AwsServices {
  readonly s3: SdkService | undefined;
  readonly dynamodb: SdkService | undefined;
  close(): void;
}

export interface AwsEndpoints {
  readonly s3: AwsEndpoint | undefined;
  readonly dynamodb: AwsEndpoint | undefined;
}

export function awsServices({ s3: s3Endpoint, dynamodb: dynamodbEndpoint }: AwsEndpoints): AwsServices {
  const s3 =
    s3Endpoint && createSdkService(async () => ({ client: await createS3Client(s3Endpoint), exports: await import('@aws-sdk/client-s3') }));
  const dynamodb =
    dynamodbEndpoint &&
    createSdkService(async () => ({
      client: await createDynamoDbClient(dynamodbEndpoint),
      exports: await import('@aws-sdk/client-dynamodb'),
    }));
  return {
    s3,
    dynamodb,
    close: () => {
      s3?.close();
      dynamodb?.close();
    },
  };
}
