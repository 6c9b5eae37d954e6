import { type TSchema, Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { ValueErrorType } from '@sinclair/typebox/errors';
import { workflowsSchema } from './connections-schema.js';
import { headersSchema } from './headers-schema.js';
import { ingestSchema } from './ingest-schema.js';
import type { ConnectionSection, Sections } from './sections.js';
import type { SettingPath } from './setting-path.js';
import { settingNames } from './settings.js';
import { smsSchema } from './sms-schema.js';

/** Loaded only when there are sections: a start without a file need not wait for the schema library. */

/** A problem with the sections, and where. */
export interface SectionProblem {
  readonly path: SettingPath;
  readonly problem: string;
}

const secondsMax = 86_400;
const seconds = Type.Optional(Type.Number({ minimum: 0, maximum: secondsMax, expected: `a number of seconds from 0 to ${secondsMax}` }));
const text = (expected: string): TSchema => Type.Optional(Type.String({ minLength: 1, expected }));
const names = (expected: string): TSchema => Type.Optional(Type.Record(Type.String(), Type.Unknown(), { expected }));

const queue = Type.Object(
  {
    name: Type.String({ minLength: 1, expected: 'the name of a queue' }),
    account: text('an account id of 12 digits, in quotes'),
    region: text('the name of a Region'),
    attributes: names('attributes by their AWS names'),
    tags: names('tags by their keys'),
    deadLetterQueue: text('the name of another queue'),
    maxReceiveCount: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, expected: 'an integer from 1 to 1000' })),
  },
  { additionalProperties: false, expected: 'a queue: name, attributes, tags, ...' },
);

const userNumber = Type.Integer({ minimum: 1, maximum: 2 ** 32 - 2, expected: 'the number of a user or group other than root' });
const count = (max: number): TSchema => Type.Optional(Type.Integer({ minimum: 1, maximum: max, expected: `an integer from 1 to ${max}` }));

const declaredFunction = Type.Object(
  {
    name: Type.String({ minLength: 1, expected: 'the name of a function' }),
    runtime: Type.String({ minLength: 1, expected: 'a runtime such as nodejs22.x' }),
    handler: Type.String({ minLength: 1, expected: 'a handler such as index.handler' }),
    path: Type.String({ minLength: 1, expected: 'the path of the folder with the code' }),
    account: text('an account id of 12 digits, in quotes'),
    region: text('the name of a Region'),
    role: text('the ARN of a role'),
    description: text('a text'),
    environment: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([Type.String(), Type.Number(), Type.Boolean()], { expected: 'a string, a number or a boolean' }),
        { expected: 'variables by name' },
      ),
    ),
    timeout: count(900),
    memory: count(10_240),
    deadLetterTarget: text('the ARN of a queue or a topic'),
    concurrencyPerEnvironment: count(1_000),
  },
  { additionalProperties: false, expected: 'a function: name, runtime, handler, path, ...' },
);

const awsEndpoint = {
  endpoint: Type.Optional(
    Type.String({ pattern: '^https?://[^/?#@\\s]+(/[^?#\\s]*)?$', expected: 'the URL of an endpoint, such as http://127.0.0.1:9000' }),
  ),
  region: text('the name of a Region'),
  accessKeyId: Type.String({ minLength: 1, expected: 'the id of an access key' }),
  secretAccessKey: Type.String({ minLength: 1, expected: 'the secret of the access key' }),
  sessionToken: text('the token of a session'),
};

const sections = Type.Object(
  {
    sqs: Type.Optional(
      Type.Object(
        { recreateAfterSeconds: seconds, purgeIntervalSeconds: seconds },
        { additionalProperties: false, expected: 'settings of SQS by name' },
      ),
    ),
    extensions: Type.Optional(
      Type.Object(
        { standardTopicArchive: Type.Optional(Type.Boolean({ expected: 'true or false' })) },
        { additionalProperties: false, expected: 'extensions by name' },
      ),
    ),
    mail: Type.Optional(
      Type.Object(
        {
          url: Type.String({ pattern: '^smtps?://[^/]+/?$', expected: 'the URL of a mail server, such as smtp://user:password@host:587' }),
          from: Type.String({ pattern: '^[^\\s@,<>]+@[^\\s@,<>]+$', expected: 'the address that mails are from' }),
        },
        { additionalProperties: false, expected: 'a mail server: url, from' },
      ),
    ),
    sms: Type.Optional(smsSchema),
    tracing: Type.Optional(
      Type.Object(
        {
          otlp: Type.Object(
            {
              url: Type.String({
                pattern: '^https?://[^\\s]+$',
                expected: 'the URL of a collector, such as http://127.0.0.1:4318/v1/traces',
              }),
              headers: headersSchema,
            },
            { additionalProperties: false, expected: 'a collector: url, headers' },
          ),
        },
        { additionalProperties: false, expected: 'where spans go: otlp' },
      ),
    ),
    push: Type.Optional(
      Type.Object(
        {
          url: Type.String({ pattern: '^https?://[^/\\s]+(/[^\\s]*)?$', expected: 'the URL that notifications to devices are posted to' }),
          headers: headersSchema,
          sendCredentials: Type.Optional(Type.Boolean({ expected: 'true or false' })),
        },
        { additionalProperties: false, expected: 'a push provider: url, headers, sendCredentials' },
      ),
    ),
    functions: Type.Optional(
      Type.Object(
        {
          processesMax: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, expected: 'an integer from 1 to 10000' })),
          concurrencyMax: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, expected: 'an integer from 1 to 100000' })),
          python: text('the Python 3 program'),
          runAs: Type.Optional(
            Type.Object({ uid: userNumber, gid: userNumber }, { additionalProperties: false, expected: 'a user: uid, gid' }),
          ),
        },
        { additionalProperties: false, expected: 'how functions run: processesMax, concurrencyMax, python, runAs' },
      ),
    ),
    aws: Type.Optional(
      Type.Object(
        {
          s3: Type.Optional(
            Type.Object(
              { ...awsEndpoint, pathStyle: Type.Optional(Type.Boolean({ expected: 'true or false' })) },
              { additionalProperties: false, expected: 'an endpoint of S3: endpoint, region, accessKeyId, secretAccessKey, pathStyle' },
            ),
          ),
          dynamodb: Type.Optional(
            Type.Object(awsEndpoint, {
              additionalProperties: false,
              expected: 'an endpoint of DynamoDB: endpoint, region, accessKeyId, secretAccessKey',
            }),
          ),
        },
        { additionalProperties: false, expected: 'services of AWS: s3, dynamodb' },
      ),
    ),
    ingest: Type.Optional(ingestSchema),
    workflows: Type.Optional(workflowsSchema),
    resources: Type.Optional(
      Type.Object(
        {
          queues: Type.Optional(Type.Array(queue, { expected: 'a list of queues' })),
          functions: Type.Optional(Type.Array(declaredFunction, { expected: 'a list of functions' })),
        },
        { additionalProperties: false, expected: 'queues, functions' },
      ),
    ),
  },
  { additionalProperties: false },
);

const compiled = TypeCompiler.Compile(sections);

/** What is in these, or would be if it were well-formed, is in no error: errors go to logs. */
const secrets: ReadonlySet<string> = new Set(['secretAccessKey', 'sessionToken', 'apiKey', 'basic', 'oauth']);

/** The first problem with the sections, if there is one. */
export function problemOf(value: Sections): SectionProblem | undefined {
  const error = compiled.Errors(value).First();
  if (error === undefined) return problemOfConnections(value.workflows?.connections ?? []);
  const path = error.path.split('/').slice(1).map(unescaped);
  switch (error.type) {
    case ValueErrorType.ObjectAdditionalProperties:
      return { path, problem: `is not known: expected ${knownAt(path)}` };
    case ValueErrorType.ObjectRequiredProperty:
      return { path, problem: `is missing: expected ${error.schema.expected}` };
    default: {
      const given = path.some((name) => secrets.has(name)) ? 'cannot be used' : `is ${JSON.stringify(error.value)}`;
      return { path, problem: `${given}: expected ${error.schema.expected ?? error.message}` };
    }
  }
}

/** What the schema cannot say. */
function problemOfConnections(connections: readonly ConnectionSection[]): SectionProblem | undefined {
  const arns = connections.map(({ name, account, region }) => [name, account, region].join());
  for (const [index, { apiKey, basic, oauth }] of connections.entries()) {
    const path = ['workflows', 'connections', String(index)];
    if (arns.indexOf(arns[index] ?? '') < index) return { path: [...path, 'name'], problem: 'is the name of another connection too' };
    if ([apiKey, basic, oauth].filter((auth) => auth !== undefined).length > 1)
      return { path, problem: 'has more than one of apiKey, basic and oauth: expected one' };
  }
  return undefined;
}

/** What may stand where the last name of the path stands. */
function knownAt(path: SettingPath): string {
  let schema: TSchema = sections;
  for (const name of path.slice(0, -1)) schema = memberOf(schema, name);
  const known = schema.properties === undefined ? [schema.expected] : Object.keys(schema.properties);
  return (path.length === 1 ? [...settingNames, ...known] : known).join(', ');
}

/** Of a list, of an object, or of what is named by whoever writes the file. */
function memberOf(schema: TSchema, name: string): TSchema {
  if (schema.type === 'array') return schema.items;
  return schema.properties?.[name] ?? Object.values(schema.patternProperties as Record<string, TSchema>)[0];
}

/** JSON Pointer, RFC 6901. */
function unescaped(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
