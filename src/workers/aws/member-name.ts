/**
 * How Step Functions spells members of requests and answers of its SDK integrations: as the AWS SDK for Java, with a capital letter in front, which knows
 * words, and of each word the first letter alone is a capital: `SSEKMSKeyId` is `SsekmsKeyId`, `BOOL` is `Bool`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export function memberName(apiName: string): string {
  return renamed[apiName] ?? wordsOf(apiName).map(capitalized).join('');
}

/** A word that Java keeps for itself. */
const renamed: Readonly<Record<string, string>> = { NULL: 'Nul' };

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z])(?=[A-Z][A-Za-z0-9])/g, '$1 ')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([0-9])([A-Za-z])/g, '$1 $2')
    .split(' ');
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}
