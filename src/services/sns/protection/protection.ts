import type { Topic, TopicDefinition } from '../../../engine/topics/topics.js';
import { isRefusal, type Refusal } from '../../../wire/refusal.js';
import { invalid } from '../errors.js';
import { type ProtectionPolicy, readProtectionPolicy } from './policy.js';
import { concerns } from './principals.js';
import { Rules } from './rules.js';
import type { Direction } from './statement.js';

/** Internal property of a topic: its data protection policy, as it was put. It is no attribute. */
export const protectionPolicy = 'DataProtectionPolicy';

/** A topic's policy, ready to be applied. Who has the same statements has the same rules: texts are scanned once for all of them. */
export class Protection {
  /** By the statements that they are made of. */
  readonly #rules = new Map<string, Rules>();

  constructor(private readonly policy: ProtectionPolicy) {}

  /** Undefined: no statement concerns this principal. */
  rules(direction: Direction, principal: string): Rules | undefined {
    const concerned = [...this.policy.statements.entries()].filter(
      ([, { direction: of, principals }]) => of === direction && concerns(principals, principal),
    );
    if (concerned.length === 0) return undefined;
    const key = concerned.map(([index]) => index).join();
    const known = this.#rules.get(key);
    if (known !== undefined) return known;
    const rules = new Rules(concerned.map(([, statement]) => statement));
    this.#rules.set(key, rules);
    return rules;
  }
}

/** Undefined: the topic has no policy. */
export function protectionOf({ address, properties }: Pick<Topic, 'address' | 'properties'>): Protection | undefined {
  const policy = readProtectionPolicy(properties[protectionPolicy] ?? '');
  if (isRefusal(policy)) throw new Error(`the stored data protection policy of ${address} is not valid: ${policy.message}`);
  return policy && new Protection(policy);
}

/** Nothing for the empty text. FIFO topics have no policies. */
export function readProtectionProperty(json: string, ordering: Topic['settings']['ordering']): Readonly<Record<string, string>> | Refusal {
  const policy = readProtectionPolicy(json);
  if (policy === undefined) return {};
  if (isRefusal(policy)) return policy;
  return ordering === 'fifo'
    ? invalid('DataProtectionPolicy Reason: FIFO topics do not support data protection policies')
    : { [protectionPolicy]: json };
}

/** The topic with another policy, or without one. */
export function withProtection({ settings, tags, properties }: Topic, put: Readonly<Record<string, string>>): TopicDefinition {
  const { [protectionPolicy]: _earlier, ...others } = properties;
  return { settings, tags, properties: { ...others, ...put } };
}
