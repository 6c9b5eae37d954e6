import { isJsonArray, isJsonObject, type Json } from '../language/json.js';

export const arrayFormats = ['INDICES', 'REPEAT', 'COMMAS', 'BRACKETS'] as const;
export type ArrayFormat = (typeof arrayFormats)[number];

/**
 * A value as `application/x-www-form-urlencoded`: members of members in brackets, arrays as the format says, blanks as `%20`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html#url-encode-request-body
 */
export function formOf(value: Json, format: ArrayFormat): string {
  return isJsonObject(value)
    ? Object.entries(value)
        .flatMap(([name, member]) => pairs(name, member, format))
        .join('&')
    : textOf(value);
}

function pairs(name: string, value: Json, format: ArrayFormat): readonly string[] {
  if (isJsonObject(value)) return Object.entries(value).flatMap(([inner, member]) => pairs(`${name}[${inner}]`, member, format));
  if (!isJsonArray(value)) return [`${encoded(name)}=${textOf(value)}`];
  switch (format) {
    case 'INDICES':
      return value.flatMap((item, index) => pairs(`${name}[${index}]`, item, format));
    case 'BRACKETS':
      return value.flatMap((item) => pairs(`${name}[]`, item, format));
    case 'REPEAT':
      return value.flatMap((item) => pairs(name, item, format));
    case 'COMMAS':
      return [`${encoded(name)}=${value.map(textOf).join(',')}`];
  }
}

function textOf(value: Json): string {
  if (value === null) return '';
  return encoded(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** Half of a pair of surrogates is no character that could be encoded. */
function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
