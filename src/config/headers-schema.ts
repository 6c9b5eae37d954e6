import { Type } from '@sinclair/typebox';

/** Headers as they may be sent: names are tokens (RFC 9110, section 5.6.2), values are printable and on one line. */
export const headerNamePattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";
export const headerValue = Type.String({ pattern: '^[\\x20-\\x7e]*$', expected: 'the value of a header' });

export const headersSchema = Type.Optional(
  Type.Record(Type.String({ pattern: headerNamePattern }), headerValue, { additionalProperties: false, expected: 'headers by name' }),
);
