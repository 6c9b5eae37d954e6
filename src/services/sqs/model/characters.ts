/**
 * API reference, SendMessage: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF; lone surrogates are
 * none of these. Bodies are long and nearly all legal, so that a search by code units comes first: by code points, which
 * tell a lone surrogate from half of a pair, it takes six times as long.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const suspicious = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/;
const illegal = new RegExp(suspicious, 'u');

export function hasIllegalCharacter(text: string): boolean {
  return suspicious.test(text) && illegal.test(text);
}
