/** Everything that can be set, resolved once at start. Nothing below `main` reads the environment or a file of settings. */
export interface Config {
  /** 0 picks a free one. */
  readonly port: number;
  readonly host: string;
  /** Scheme, host and port, no trailing slash. Absent: as each request came. */
  readonly publicUrl: string | undefined;
  /** No delivery to addresses of this machine or of private networks. */
  readonly denyPrivateEndpoints: boolean;
  readonly storage: Storage;
  readonly logLevel: LogLevel;
  /** `POST /_signalbox/clock` moves the broker's clock. */
  readonly testClock: boolean;
  readonly sqs: SqsConfig;
  readonly extensions: ExtensionsConfig;
  /** Absent: no mails are sent. */
  readonly mail: MailConfig | undefined;
  readonly sms: SmsConfig;
  /** Absent: spans are not recorded. */
  readonly tracing: TracingConfig | undefined;
  /** Absent: nobody brings notifications to devices. */
  readonly push: PushConfig | undefined;
  /** Created at start where they are missing. */
  readonly queues: readonly QueueDeclaration[];
  /** Likewise. */
  readonly functions: readonly FunctionDeclaration[];
  readonly functionProcesses: FunctionProcessesConfig;
  readonly aws: AwsConfig;
  readonly ingest: IngestConfig;
  /** Of workflows: how tasks show APIs who they are. */
  readonly connections: readonly ConnectionConfig[];
}

export type Storage =
  | { readonly kind: 'folder'; readonly path: string; readonly durability: Durability }
  /** In memory: gone when the broker stops. */
  | { readonly kind: 'ephemeral' };

export const durabilities = ['strict', 'relaxed'] as const;
export type Durability = (typeof durabilities)[number];

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface SqsConfig {
  /** How long the name of a deleted queue cannot be used again. */
  readonly recreateAfterMs: number;
  /** How long after a purge the queue cannot be purged again. */
  readonly purgeIntervalMs: number;
}

/** The server that mails are handed to. */
export interface MailConfig {
  /** `smtp://user:password@host:port` or `smtps:`. */
  readonly url: string;
  /** The address that mails are from. */
  readonly from: string;
}

/** Messages to phones. */
export interface SmsConfig {
  /** Absent: nobody brings them to phones. */
  readonly provider: { readonly url: string; readonly headers: Readonly<Record<string, string>> } | undefined;
  readonly pricePerPartUsd: number;
  /** To all phones together. */
  readonly messagesPerSecond: number;
  /** Accounts can send to verified numbers only. */
  readonly sandbox: boolean;
  readonly originationNumbers: readonly OriginationNumber[];
  readonly guards: SmsGuardsConfig;
}

/** A number that messages can come from, as ListOriginationNumbers shows it. */
export interface OriginationNumber {
  readonly number: string;
  /** ISO 3166-1, two letters. */
  readonly country?: string | undefined;
  readonly routeType?: 'Transactional' | 'Promotional' | 'Premium' | undefined;
  readonly capabilities?: readonly ('SMS' | 'MMS' | 'VOICE')[] | undefined;
}

/** Against SMS pumping. Absent: that guard is off. */
export interface SmsGuardsConfig {
  readonly countries?: readonly string[] | undefined;
  readonly perNumber?: SmsRate | undefined;
  readonly perSource?: SmsRate | undefined;
  readonly pauses?: { readonly firstMs: number; readonly maxMs: number; readonly forgetAfterMs: number } | undefined;
  readonly runs?: { readonly numbers: number; readonly span: number; readonly windowMs: number } | undefined;
  readonly conversion?:
    | {
        readonly threshold: number;
        readonly windowMs: number;
        readonly messagesMin: number;
        readonly graceMs: number;
        readonly refuse: boolean;
      }
    | undefined;
}

export interface SmsRate {
  readonly max: number;
  readonly windowMs: number;
}

/** The collector that spans are posted to, as OTLP in JSON. */
export interface TracingConfig {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Services of AWS, or what speaks like them, that the broker is a client of. Absent: it has no way there. */
export interface AwsConfig {
  readonly s3: AwsEndpointConfig | undefined;
  readonly dynamodb: AwsEndpointConfig | undefined;
}

export interface AwsEndpointConfig {
  /** Absent: that of AWS in the Region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | undefined;
  };
  /** S3: the bucket stands in the path, not before the host. */
  readonly pathStyle: boolean;
}

export interface ConnectionConfig {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly auth: ConnectionAuthConfig;
  /** Added to every request. */
  readonly parameters: HttpParametersConfig;
  /** Requests without TLS may leave this machine. */
  readonly allowHttp: boolean;
}

export type ConnectionAuthConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'apiKey'; readonly name: string; readonly value: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly kind: 'oauth';
      readonly url: string;
      readonly method: 'GET' | 'POST' | 'PUT';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly parameters: HttpParametersConfig;
    };

export interface HttpParametersConfig {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
}

/** What stands in front of push services. */
export interface PushConfig {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sendCredentials: boolean;
}

/** What the broker does beyond AWS, which refuses it. */
export interface ExtensionsConfig {
  /** Archive and replay for standard topics too. */
  readonly standardTopicArchive: boolean;
}

/** How functions run. */
export interface FunctionProcessesConfig {
  /** At once, of all functions together. */
  readonly max: number;
  /** Invocations at once, of one account in one Region. */
  readonly concurrencyMax: number;
  /** The Python 3 program, a path or a name to look up. */
  readonly python: string;
  /** The user that they belong to; absent: that of the broker. */
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
}

/** The ingest pipelines; `default` is always among them. */
export interface IngestConfig {
  /** At once, over all pipelines. */
  readonly uploadsMax: number;
  /** A client whose body comes more slowly than this, on the whole, is cut off. */
  readonly uploadBytesPerSecondMin: number;
  readonly pipelines: readonly PipelineConfig[];
}

export interface PipelineConfig {
  readonly name: string;
  /** JSON Schema of the metadata, or the path of its file; absent: that of the sample. */
  readonly schema: string | Readonly<Record<string, unknown>> | undefined;
  readonly payloadBytesMax: number;
  readonly references: {
    readonly mode: 'refuse' | 'record' | 'fetch';
    /** Empty: all. */
    readonly hosts: readonly string[];
  };
  /** Whether what is refused is kept, without its payload. */
  readonly keepRefusals: boolean;
  /** Where payloads go. Absent: a folder in the data folder. */
  readonly archive: { readonly kind: 'folder'; readonly path: string } | { readonly kind: 'bucket'; readonly name: string } | undefined;
  /** A table of DynamoDB that metadata go to. Absent: documents of the broker's own. */
  readonly metadata: MetadataTableConfig | undefined;
  /** The path of a definition. Absent: Signalbox's own workflow. */
  readonly workflow: string | undefined;
  /** Whether somebody has named it: one that nobody has is not made before its first record. */
  readonly declared: boolean;
}

export interface MetadataTableConfig {
  readonly table: string;
  readonly attributes: { readonly id: string; readonly timestamp: string; readonly metaData: string };
}

/** A function to be there at start, with its code in a folder. The service of functions checks what is in it. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly runtime: string;
  readonly handler: string;
  /** Of the folder with the code; from a file, a relative one starts from the folder of the file. */
  readonly path: string;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly role?: string | undefined;
  readonly description?: string | undefined;
  readonly environment?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  /** Megabytes. */
  readonly memory?: number | undefined;
  /** ARN of a queue or a topic. */
  readonly deadLetterTarget?: string | undefined;
  /** Invocations at once in one process: beyond AWS. */
  readonly concurrencyPerEnvironment?: number | undefined;
}

/** A queue to be there at start. The SQS service checks what is in it. */
export interface QueueDeclaration {
  readonly name: string;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  readonly tags?: Readonly<Record<string, unknown>> | undefined;
  readonly deadLetterQueue?: string | undefined;
  readonly maxReceiveCount?: number | undefined;
}
