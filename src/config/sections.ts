import type { FunctionDeclaration, OriginationNumber, QueueDeclaration } from './config.js';

/** The settings that are more than one value: from the file, or from a program that embeds the broker. */
export interface Sections {
  readonly sqs?: SqsSection | undefined;
  readonly extensions?: ExtensionsSection | undefined;
  readonly mail?: MailSection | undefined;
  readonly sms?: SmsSection | undefined;
  readonly tracing?: TracingSection | undefined;
  readonly push?: PushSection | undefined;
  readonly functions?: FunctionsSection | undefined;
  readonly aws?: AwsSection | undefined;
  readonly ingest?: IngestSection | undefined;
  readonly workflows?: WorkflowsSection | undefined;
  readonly resources?: ResourcesSection | undefined;
}

export interface SqsSection {
  /** How long the name of a deleted queue cannot be used again. Default 60, as in AWS. */
  readonly recreateAfterSeconds?: number | undefined;
  /** How long after a purge the queue cannot be purged again. Default 60, as in AWS. */
  readonly purgeIntervalSeconds?: number | undefined;
}

/** What AWS refuses: all off by default. */
export interface ExtensionsSection {
  /** Standard topics take an ArchivePolicy, and their subscriptions a ReplayPolicy. */
  readonly standardTopicArchive?: boolean | undefined;
}

/** Where mails to subscribers are handed over: both are needed. */
export interface MailSection {
  /** `smtp://user:password@host:port`, or `smtps:` for TLS from the start. */
  readonly url: string;
  /** The address that mails are from. */
  readonly from: string;
}

/** Messages to phones: who brings them there, what they cost, what stands against abuse. */
export interface SmsSection {
  /** Where messages are posted to. Absent: nobody brings them to phones, and `GET /_signalbox/sms` shows them. */
  readonly url?: string | undefined;
  /** Of those requests: credentials. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default 0.00645. */
  readonly pricePerPartUsd?: number | undefined;
  /** To all phones together. Default 20, as in AWS. */
  readonly messagesPerSecond?: number | undefined;
  /** Accounts can send to verified numbers only. Default false. */
  readonly sandbox?: boolean | undefined;
  /** What ListOriginationNumbers returns. */
  readonly originationNumbers?: readonly OriginationNumber[] | undefined;
  readonly guards?: SmsGuardsSection | undefined;
}

/** Each guard is off unless it is here; what one leaves out has its default. */
export interface SmsGuardsSection {
  /** Prefixes such as `+49`, or expressions for whole numbers such as `\\+91[0-9]{10}`: others are not sent to. */
  readonly countries?: readonly string[] | undefined;
  /** Default 5 in 300 seconds. */
  readonly perNumber?: SmsRateSection | undefined;
  /** Default 100 in 300 seconds. */
  readonly perSource?: SmsRateSection | undefined;
  /** Between messages to one number, twice as long each time. Defaults 30, 3600 and 86400. */
  readonly pauses?:
    | {
        readonly firstSeconds?: number | undefined;
        readonly maxSeconds?: number | undefined;
        readonly forgetAfterSeconds?: number | undefined;
      }
    | undefined;
  /** So many receivers among `span` neighbouring numbers. Defaults 5, 10 and 300. */
  readonly runs?:
    | { readonly numbers?: number | undefined; readonly span?: number | undefined; readonly windowSeconds?: number | undefined }
    | undefined;
  /** The share of messages that are confirmed. Defaults 0.3, 3600, 20, 300 and false. */
  readonly conversion?:
    | {
        readonly threshold?: number | undefined;
        readonly windowSeconds?: number | undefined;
        readonly messagesMin?: number | undefined;
        readonly graceSeconds?: number | undefined;
        readonly refuse?: boolean | undefined;
      }
    | undefined;
}

export interface SmsRateSection {
  readonly messages?: number | undefined;
  readonly windowSeconds?: number | undefined;
}

/** Where spans go. */
export interface TracingSection {
  readonly otlp: {
    /** Spans are posted there as JSON (OTLP over HTTP): `http://127.0.0.1:4318/v1/traces`. */
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>> | undefined;
  };
}

/** Who brings notifications to apps on devices. */
export interface PushSection {
  /** Where notifications are posted to. */
  readonly url: string;
  /** Of those requests: credentials. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whether they tell the credentials of platform applications. Default false. */
  readonly sendCredentials?: boolean | undefined;
}

/** Services of AWS, or compatible ones, that the broker is a client of. */
export interface AwsSection {
  readonly s3?: AwsEndpointSection | undefined;
  readonly dynamodb?: Omit<AwsEndpointSection, 'pathStyle'> | undefined;
}

export interface AwsEndpointSection {
  /** `http://127.0.0.1:9000`. Absent: AWS itself. */
  readonly endpoint?: string | undefined;
  /** Default `us-east-1`. */
  readonly region?: string | undefined;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Whether buckets stand in the path. Default true with an endpoint, false at AWS itself. */
  readonly pathStyle?: boolean | undefined;
}

export interface WorkflowsSection {
  readonly connections?: readonly ConnectionSection[] | undefined;
}

/** A connection as EventBridge has them: who a task of `http:invoke` is to an API. At most one of `apiKey`, `basic` and `oauth`. */
export interface ConnectionSection extends HttpParametersSection {
  /** Its ARN is `arn:aws:events:REGION:ACCOUNT:connection/NAME`. */
  readonly name: string;
  /** Default `000000000000`. */
  readonly account?: string | undefined;
  /** Default `us-east-1`. */
  readonly region?: string | undefined;
  /** A header with a key. */
  readonly apiKey?: { readonly name: string; readonly value: string } | undefined;
  readonly basic?: { readonly username: string; readonly password: string } | undefined;
  /** Client credentials. */
  readonly oauth?: OAuthSection | undefined;
  /** Requests without TLS may go to other machines. Default false. */
  readonly allowHttp?: boolean | undefined;
}

export interface OAuthSection extends HttpParametersSection {
  /** Where tokens come from. */
  readonly url: string;
  /** Default `POST`. */
  readonly method?: 'GET' | 'POST' | 'PUT' | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Added to every request: they win over what the task says. */
export interface HttpParametersSection {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: Readonly<Record<string, string>> | undefined;
}

/** How functions run. */
export interface FunctionsSection {
  /** Processes at once, of all functions together. Default 32. */
  readonly processesMax?: number | undefined;
  readonly concurrencyMax?: number | undefined;
  /** The Python 3 program. Default `python3`. */
  readonly python?: string | undefined;
  /** The user that the processes belong to, by numbers: the broker must be root for it. */
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
}

/** Where large records come in. */
export interface IngestSection {
  /** At once, over all pipelines. Default 256. */
  readonly uploadsMax?: number | undefined;
  /** Slower clients are cut off. Default 1024. */
  readonly uploadBytesPerSecondMin?: number | undefined;
  /** By name. `default` is there without being named. */
  readonly pipelines?: Readonly<Record<string, PipelineSection>> | undefined;
}

export interface PipelineSection {
  /** JSON Schema of the metadata, or the path of a file that holds one. Default: the four texts of the sample are required. */
  readonly schema?: string | Readonly<Record<string, unknown>> | undefined;
  /** Default 6291456. */
  readonly payloadBytesMax?: number | undefined;
  /** Records may refer to objects elsewhere. Default: such requests are refused. */
  readonly references?:
    | {
        readonly mode: 'refuse' | 'record' | 'fetch';
        /** Only from these, `host` or `host:port`; for `s3://` the buckets, which must be named to be fetched from. Default: all hosts. */
        readonly hosts?: readonly string[] | undefined;
      }
    | undefined;
  /** Whether what is refused is kept, without its payload. Default false. */
  readonly keepRefusals?: boolean | undefined;
  /** Where payloads go: a folder, or a bucket behind `aws.s3`. Default: a folder of the pipeline's name in `archive`, in the data folder. */
  readonly archive?: { readonly folder?: string | undefined; readonly bucket?: string | undefined } | undefined;
  /** A table behind `aws.dynamodb` that metadata go to, and the names of its attributes. Default: the broker's own store. */
  readonly metadata?:
    | {
        readonly table: string;
        readonly attributes?:
          | { readonly id?: string | undefined; readonly timestamp?: string | undefined; readonly metaData?: string | undefined }
          | undefined;
      }
    | undefined;
  /** The path of a file with the workflow of the pipeline's records, in the Amazon States Language. Default: Signalbox's own. */
  readonly workflow?: string | undefined;
}

export interface ResourcesSection {
  readonly queues?: readonly QueueDeclaration[] | undefined;
  readonly functions?: readonly FunctionDeclaration[] | undefined;
}

export const sectionNames = [
  'sqs',
  'extensions',
  'mail',
  'sms',
  'push',
  'tracing',
  'functions',
  'aws',
  'ingest',
  'workflows',
  'resources',
] as const satisfies readonly (keyof Sections)[];
