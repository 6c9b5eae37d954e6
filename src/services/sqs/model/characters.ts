import { idCharsMax } from '../limits.js';

/** API reference, SendMessage: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF; lone surrogates are none of these. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const illegal = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/u;

/** Graphic ASCII without space: alphanumeric characters and punctuation. */
const idPattern = /^[\x21-\x7e]+$/;

export function hasIllegalCharacter(text: string): boolean {
  return illegal.test(text);
}

/** MessageGroupId, MessageDeduplicationId, ReceiveRequestAttemptId. */
export function isMessagingId(text: string): boolean {
  return text.length <= idCharsMax && idPattern.test(text);
}
