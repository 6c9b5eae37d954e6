import { FormatRegistry, type TSchema, Type } from '@sinclair/typebox';
import { headersSchema } from './headers-schema.js';

FormatRegistry.Set('country', isCountry);

/** A prefix, or an expression that can be compiled. */
function isCountry(text: string): boolean {
  if (/^\+\d+$/.test(text)) return true;
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

const number = (minimum: number, maximum: number, of = 'a number'): TSchema =>
  Type.Optional(Type.Number({ minimum, maximum, expected: `${of} from ${minimum} to ${maximum}` }));
const integer = (minimum: number, maximum: number): TSchema =>
  Type.Optional(Type.Integer({ minimum, maximum, expected: `an integer from ${minimum} to ${maximum}` }));
const flag = Type.Optional(Type.Boolean({ expected: 'true or false' }));
const seconds = number(1, 86_400, 'a number of seconds');
const days = number(1, 30 * 86_400, 'a number of seconds');

const object = (members: Record<string, TSchema>, expected: string): TSchema =>
  Type.Object(members, { additionalProperties: false, expected });
const oneOf = (...names: readonly string[]): TSchema =>
  Type.Union(
    names.map((name) => Type.Literal(name)),
    { expected: names.join(' or ') },
  );

const rate = Type.Optional(object({ messages: integer(1, 1_000), windowSeconds: seconds }, 'messages, windowSeconds'));

const guards = object(
  {
    countries: Type.Optional(
      Type.Array(
        Type.String({ minLength: 1, format: 'country', expected: 'a prefix such as +49, or a regular expression for whole numbers' }),
        {
          expected: 'a list of prefixes or regular expressions',
        },
      ),
    ),
    perNumber: rate,
    perSource: rate,
    pauses: Type.Optional(
      object({ firstSeconds: seconds, maxSeconds: seconds, forgetAfterSeconds: days }, 'firstSeconds, maxSeconds, forgetAfterSeconds'),
    ),
    runs: Type.Optional(
      object({ numbers: integer(2, 100), span: integer(2, 10_000), windowSeconds: seconds }, 'numbers, span, windowSeconds'),
    ),
    conversion: Type.Optional(
      object(
        {
          threshold: number(0, 1),
          windowSeconds: days,
          messagesMin: integer(1, 1_000_000),
          graceSeconds: number(0, 86_400, 'a number of seconds'),
          refuse: flag,
        },
        'threshold, windowSeconds, messagesMin, graceSeconds, refuse',
      ),
    ),
  },
  'guards by name',
);

const originationNumber = object(
  {
    number: Type.String({ pattern: '^\\+?[0-9]{4,15}$', expected: 'a phone number, in quotes' }),
    country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', expected: 'the two letters of a country' })),
    routeType: Type.Optional(oneOf('Transactional', 'Promotional', 'Premium')),
    capabilities: Type.Optional(Type.Array(oneOf('SMS', 'MMS', 'VOICE'), { expected: 'a list of SMS, MMS, VOICE' })),
  },
  'a number: number, country, routeType, capabilities',
);

export const smsSchema = object(
  {
    url: Type.Optional(Type.String({ pattern: '^https?://[^/\\s]+(/[^\\s]*)?$', expected: 'the URL of an SMS provider' })),
    headers: headersSchema,
    pricePerPartUsd: number(0, 1_000, 'a price in US dollars'),
    messagesPerSecond: integer(1, 1_000),
    sandbox: flag,
    originationNumbers: Type.Optional(Type.Array(originationNumber, { maxItems: 1_000, expected: 'a list of numbers' })),
    guards: Type.Optional(guards),
  },
  'settings of SMS by name',
);
