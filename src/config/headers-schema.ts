import { Type } from '@sinclair/typebox';

/** Headers as they may be sent: names are tokens (RFC 9110, section 5.6.2), values are printable and on one line. */
export const headersSchema = Type.Optional(
  Type.Record(
    Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" }),
    Type.String({ pattern: '^[\\x20-\\x7e]*$', expected: 'the value of a header' }),
    { additionalProperties: false, expected: 'headers by name' },
  ),
);
