import { Type } from '@sinclair/typebox';
import { headerNamePattern, headersSchema, headerValue } from './headers-schema.js';

const secret = (expected: string) => Type.String({ minLength: 1, expected });
const values = (expected: string) => Type.Optional(Type.Record(Type.String(), Type.String({ expected: 'a text' }), { expected }));

const parameters = {
  headers: headersSchema,
  query: values('parameters of a query by name'),
  body: values('members of a body by name'),
};

const connection = Type.Object(
  {
    name: Type.String({ pattern: '^[.A-Za-z0-9_-]{1,64}$', expected: 'the name of a connection: up to 64 letters, digits, . - _' }),
    account: Type.Optional(Type.String({ pattern: '^[0-9]{12}$', expected: 'an account id of 12 digits, in quotes' })),
    region: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+$', expected: 'the name of a Region' })),
    apiKey: Type.Optional(
      Type.Object(
        { name: Type.String({ pattern: headerNamePattern, expected: 'the name of a header' }), value: headerValue },
        { additionalProperties: false, expected: 'a header with a key: name, value' },
      ),
    ),
    basic: Type.Optional(
      Type.Object(
        { username: Type.String({ pattern: '^[^:]*$', expected: 'a user name without a colon' }), password: secret('a password') },
        { additionalProperties: false, expected: 'username, password' },
      ),
    ),
    oauth: Type.Optional(
      Type.Object(
        {
          url: Type.String({ pattern: '^https?://[^/?#@\\s]+(/[^#\\s]*)?$', expected: 'the URL that tokens come from' }),
          method: Type.Optional(
            Type.Union([Type.Literal('GET'), Type.Literal('POST'), Type.Literal('PUT')], { expected: 'GET, POST or PUT' }),
          ),
          clientId: secret('the id of a client'),
          clientSecret: secret('the secret of the client'),
          ...parameters,
        },
        { additionalProperties: false, expected: 'client credentials: url, clientId, clientSecret, method, headers, query, body' },
      ),
    ),
    allowHttp: Type.Optional(Type.Boolean({ expected: 'true or false' })),
    ...parameters,
  },
  { additionalProperties: false, expected: 'a connection: name, and apiKey, basic or oauth' },
);

export const workflowsSchema = Type.Object(
  { connections: Type.Optional(Type.Array(connection, { expected: 'a list of connections' })) },
  { additionalProperties: false, expected: 'settings of workflows: connections' },
);
