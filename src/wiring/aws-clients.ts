import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';

/** Where a service of AWS, or a compatible one, is. */
export interface AwsEndpoint {
  /** Absent: that of AWS in the Region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string | undefined };
  readonly pathStyle: boolean;
}

const connectMsMax = 5_000;
/** Without a byte in either direction. */
const silenceMsMax = 60_000;

/** The SDK takes long to load: only a broker that uses S3 does. The caller destroys the client. */
export async function createS3Client({ pathStyle, ...endpoint }: AwsEndpoint): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  return new S3Client({
    ...clientOptions(endpoint),
    forcePathStyle: pathStyle,
    // Many compatible stores do not know the checksums that AWS added in 2024.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

export async function createDynamoDbClient({ pathStyle: _, ...endpoint }: AwsEndpoint): Promise<DynamoDBClient> {
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  return new DynamoDBClient(clientOptions(endpoint));
}

/** One attempt: whoever calls decides about another one. */
function clientOptions({ endpoint, region, credentials }: Omit<AwsEndpoint, 'pathStyle'>) {
  const { sessionToken, ...key } = credentials;
  return {
    ...(endpoint !== undefined && { endpoint }),
    region,
    credentials: { ...key, ...(sessionToken !== undefined && { sessionToken }) },
    maxAttempts: 1,
    logger: { trace: ignored, debug: ignored, info: ignored, warn: ignored, error: ignored },
    requestHandler: { connectionTimeout: connectMsMax, socketTimeout: silenceMsMax, requestTimeout: silenceMsMax },
  };
}

/** Without a logger the SDK writes to the console what the caller is told anyway. */
function ignored(): void {}
