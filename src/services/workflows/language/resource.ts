/** What a Task does, as its `Resource` says. */
export type Resource =
  | { readonly kind: 'function'; readonly arn: string }
  | { readonly kind: 'activity'; readonly arn: string }
  | Integration;

export interface Integration {
  readonly kind: 'integration';
  readonly arn: string;
  /** `sqs:sendMessage`: the key of the table of targets. */
  readonly target: string;
  readonly service: string;
  readonly action: string;
  /** What the state waits for: the answer, the end of the job, or somebody with the token. */
  readonly pattern: 'requestResponse' | 'sync' | 'waitForTaskToken';
  /** `.sync:2` has results as JSON, `.sync` as text. */
  readonly version: 1 | 2;
}

const functionPattern = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-_]{1,140}(?::[A-Za-z0-9-_$]{1,128})?$/;
const activityPattern = /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:activity:[^:]{1,80}$/;
const integrationPattern =
  /^arn:aws[a-z-]*:states:[a-z0-9-]*:(?:\d{12})?:((?:aws-sdk:)?[a-z0-9-]+):([A-Za-z0-9]+)(?:\.(sync|sync:2|waitForTaskToken))?$/;

/** Undefined for what is no ARN of any of these. */
export function readResource(arn: string): Resource | undefined {
  if (functionPattern.test(arn)) return { kind: 'function', arn };
  if (activityPattern.test(arn)) return { kind: 'activity', arn };
  const [, service, action, suffix] = integrationPattern.exec(arn) ?? [];
  if (service === undefined || action === undefined) return undefined;
  const pattern = suffix === undefined ? 'requestResponse' : suffix === 'waitForTaskToken' ? suffix : 'sync';
  return { kind: 'integration', arn, target: `${service}:${action}`, service, action, pattern, version: suffix === 'sync:2' ? 2 : 1 };
}
