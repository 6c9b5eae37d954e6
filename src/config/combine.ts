import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import type { AwsEndpointConfig, Config, Storage } from './config.js';
import { ConfigError } from './config-error.js';
import { connectionConfig } from './connection-config.js';
import { ingestConfig } from './ingest-config.js';
import type { AwsEndpointSection, Sections } from './sections.js';
import { flagOf, type SettingName, type SettingValues, settingNames, settings } from './settings.js';
import { smsConfig } from './sms-config.js';
import type { Source } from './sources.js';

type Resolved = {
  readonly [name in Exclude<SettingName, 'publicUrl' | 'denyPrivateEndpoints'>]-?: NonNullable<SettingValues[name]>;
} & Pick<SettingValues, 'publicUrl' | 'denyPrivateEndpoints'>;

const sqsIntervalSecondsDefault = 60;
const functionProcessesDefault = 32;
const functionConcurrencyDefault = 1_000;

/** The first source that gives a setting decides it. Throws a `ConfigError` for settings that contradict each other. */
export function combine(
  sources: readonly Source[],
  {
    sqs = {},
    extensions = {},
    mail,
    sms = {},
    push,
    tracing,
    functions = {},
    aws = {},
    ingest = {},
    workflows = {},
    resources = {},
  }: Sections,
): Config {
  const giving = (name: SettingName): Source | undefined => sources.find(({ values }) => values[name] !== undefined);
  const resolved = Object.fromEntries(settingNames.map((name) => [name, giving(name)?.values[name] ?? settings[name].default])) as Resolved;
  const nameOf = (name: SettingName): string => giving(name)?.where(name) ?? flagOf(name);
  const isGiven = (name: SettingName): boolean => giving(name) !== undefined;
  checkHost(resolved, nameOf);
  const endpoints = { s3: aws.s3 && awsEndpoint(aws.s3), dynamodb: aws.dynamodb && awsEndpoint(aws.dynamodb) };
  return deepFreeze({
    port: resolved.port,
    host: resolved.host,
    publicUrl: resolved.publicUrl,
    denyPrivateEndpoints: resolved.denyPrivateEndpoints ?? !isLoopback(resolved.host),
    storage: storageOf(resolved, isGiven, nameOf),
    logLevel: resolved.logLevel,
    testClock: resolved.testClock,
    sqs: {
      recreateAfterMs: 1_000 * (sqs.recreateAfterSeconds ?? sqsIntervalSecondsDefault),
      purgeIntervalMs: 1_000 * (sqs.purgeIntervalSeconds ?? sqsIntervalSecondsDefault),
    },
    extensions: { standardTopicArchive: extensions.standardTopicArchive ?? false },
    mail: mail && { url: mail.url, from: mail.from },
    sms: smsConfig(sms),
    tracing: tracing && { url: tracing.otlp.url, headers: { ...tracing.otlp.headers } },
    push: push && { url: push.url, headers: { ...push.headers }, sendCredentials: push.sendCredentials ?? false },
    queues: structuredClone(resources.queues ?? []),
    functions: (resources.functions ?? []).map((one) => ({ ...structuredClone(one), path: resolve(one.path) })),
    functionProcesses: {
      max: functions.processesMax ?? functionProcessesDefault,
      concurrencyMax: functions.concurrencyMax ?? functionConcurrencyDefault,
      python: functions.python ?? 'python3',
      runAs: functions.runAs && { ...functions.runAs },
    },
    aws: endpoints,
    ingest: ingestConfig(ingest, endpoints),
    connections: (workflows.connections ?? []).map(connectionConfig),
  });
}

function awsEndpoint({ endpoint, region, accessKeyId, secretAccessKey, sessionToken, pathStyle }: AwsEndpointSection): AwsEndpointConfig {
  return {
    endpoint,
    region: region ?? 'us-east-1',
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    pathStyle: pathStyle ?? endpoint !== undefined,
  };
}

type NameOf = (name: SettingName) => string;

function checkHost({ host, insecure }: Resolved, nameOf: NameOf): void {
  if (insecure || isLoopback(host)) return;
  throw new ConfigError(
    `${nameOf('host')} is ${JSON.stringify(host)}: whoever reaches it could do everything, as there is no authentication yet; set insecure (${flagOf('insecure')}) to listen there all the same`,
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function storageOf({ ephemeral, data, durability }: Resolved, isGiven: (name: SettingName) => boolean, nameOf: NameOf): Storage {
  if (!ephemeral) return { kind: 'folder', path: resolve(data), durability };
  for (const name of ['data', 'durability'] as const) {
    if (isGiven(name)) throw new ConfigError(`${nameOf('ephemeral')} and ${nameOf(name)} contradict each other: give one of them`);
  }
  return { kind: 'ephemeral' };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
