import { type TSchema, Type } from '@sinclair/typebox';

const object = (members: Record<string, TSchema>, expected: string): TSchema =>
  Type.Object(members, { additionalProperties: false, expected });
const integer = (minimum: number, maximum: number): TSchema =>
  Type.Optional(Type.Integer({ minimum, maximum, expected: `an integer from ${minimum} to ${maximum}` }));
const oneOf = (...names: readonly string[]): TSchema =>
  Type.Union(
    names.map((name) => Type.Literal(name)),
    { expected: names.join(' or ') },
  );

const text = (expected: string): TSchema => Type.Optional(Type.String({ minLength: 1, expected }));

/** `ingest-<pipeline>-<step>-redrive` must be the name of a queue: 80 characters at most. */
const pipelineName = '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$';

const gibibyte = 1_073_741_824;

const pipeline = object(
  {
    schema: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Record(Type.String(), Type.Unknown())], {
        expected: 'a JSON Schema of the metadata, or the path of a file that holds one',
      }),
    ),
    payloadBytesMax: integer(0, gibibyte),
    references: Type.Optional(
      object(
        {
          mode: oneOf('refuse', 'record', 'fetch'),
          hosts: Type.Optional(
            Type.Array(
              Type.String({ pattern: '^[a-z0-9.-]+(:[0-9]{1,5})?$', expected: 'a host in lower case, such as files.example.com' }),
              {
                expected: 'a list of hosts',
              },
            ),
          ),
        },
        'what becomes of references: mode, hosts',
      ),
    ),
    keepRefusals: Type.Optional(Type.Boolean({ expected: 'true or false' })),
    archive: Type.Optional(
      object({ folder: text('the path of a folder'), bucket: text('the name of a bucket') }, 'where payloads go: either folder or bucket'),
    ),
    metadata: Type.Optional(
      object(
        {
          table: Type.String({ minLength: 1, expected: 'the name of a table' }),
          attributes: Type.Optional(
            object(
              {
                id: text('the name of an attribute'),
                timestamp: text('the name of an attribute'),
                metaData: text('the name of an attribute'),
              },
              'names of attributes: id, timestamp, metaData',
            ),
          ),
        },
        'where metadata go: table, attributes',
      ),
    ),
    workflow: text('the path of a file in the Amazon States Language'),
  },
  'a pipeline: schema, payloadBytesMax, references, keepRefusals, archive, metadata, workflow',
);

export const ingestSchema = object(
  {
    uploadsMax: integer(1, 10_000),
    uploadBytesPerSecondMin: integer(1, gibibyte),
    pipelines: Type.Optional(
      Type.Record(Type.String({ pattern: pipelineName }), pipeline, {
        additionalProperties: false,
        expected: 'pipelines by their names: letters, digits, hyphens and underscores, 40 at most',
      }),
    ),
  },
  'settings of the ingest pipeline by name',
);
