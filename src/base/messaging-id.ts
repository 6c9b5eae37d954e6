/** API references of SQS and SNS: MessageGroupId, MessageDeduplicationId, ReceiveRequestAttemptId. */
const charsMax = 128;
/** Graphic ASCII without space: alphanumeric characters and punctuation. */
const pattern = /^[\x21-\x7e]+$/;

export function isMessagingId(text: string): boolean {
  return text.length <= charsMax && pattern.test(text);
}
