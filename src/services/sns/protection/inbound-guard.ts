import type { TopicAddress } from '../../../base/ids.js';
import type { Random } from '../../../base/random.js';
import type { Refusal } from '../../../wire/refusal.js';
import { messageProhibited } from '../errors.js';
import type { Message } from '../model/message.js';
import { isDrawn } from '../sample.js';
import type { Audit, Found } from './audit-log.js';
import type { Inspection, Rules } from './rules.js';

export interface InboundParts {
  readonly topic: TopicAddress;
  /** ARN of who publishes. */
  readonly principal: string;
  /** Undefined: no statement concerns what this principal publishes. */
  readonly rules: Rules | undefined;
  readonly random: Random;
}

declare const admitted: unique symbol;
/** A message that may be published: nothing else is, so that nobody publishes past a policy. */
export type AdmittedMessage = Message & { readonly [admitted]: true };

/** Applies a topic's policy to what is about to be published, and keeps what an audit found until it is known what became of it. */
export class InboundGuard {
  readonly #admitted = new Map<Message, readonly Found[]>();
  readonly #refused: (readonly Found[])[] = [];

  constructor(private readonly parts: InboundParts) {}

  /** The message as it may be published: each of its texts by itself. */
  admit(message: Message): AdmittedMessage | Refusal {
    const { topic, rules, random } = this.parts;
    if (rules === undefined) return message as AdmittedMessage;
    const { default: text, others } = message.texts;
    const inspected = new Map([text, ...others.values()].map((each) => [each, rules.inspect(each)]));
    const after = withTexts(message, inspected);
    if (rules.audit !== undefined && isDrawn(rules.audit.samplePercent, random)) {
      const found = [...inspected.values()].flatMap(({ audited }) =>
        audited.map(({ identifier, start, end }) => ({ name: rules.identifiers[identifier]?.name ?? '', start, end })),
      );
      if (after === undefined) this.#refused.push(found);
      else this.#admitted.set(after, found);
    }
    return after === undefined ? messageProhibited(topic) : (after as AdmittedMessage);
  }

  /** What audits found in messages that were refused, and in those that have been published under these ids. */
  audits(published: ReadonlyMap<Message, string>): readonly Audit[] {
    const { topic, principal, rules, random } = this.parts;
    const operation = rules?.audit;
    if (operation === undefined) return [];
    const refused = this.#refused.map((found) => ({ messageId: random.uuid(), found }));
    const admitted = [...this.#admitted].flatMap(([message, found]) => {
      const messageId = published.get(message);
      return messageId === undefined ? [] : [{ messageId, found }];
    });
    return [...refused, ...admitted].map((each) => ({ topic, principal, operation, ...each }));
  }
}

/** Undefined when one of its texts may not be published. */
function withTexts(message: Message, inspected: ReadonlyMap<string, Inspection>): Message | undefined {
  if ([...inspected].every(([text, inspection]) => inspection.text === text)) return message;
  const { default: text, others } = message.texts;
  const after = (before: string): string | undefined => inspected.get(before)?.text;
  const protectedText = after(text);
  if (protectedText === undefined) return undefined;
  const protectedOthers = new Map<string, string>();
  for (const [protocol, before] of others) {
    const each = after(before);
    if (each === undefined) return undefined;
    protectedOthers.set(protocol, each);
  }
  const texts = { default: protectedText, others: protectedOthers };
  return { ...message, texts, bytes: message.bytes + bytesOf(texts) - bytesOf(message.texts) };
}

function bytesOf({ default: text, others }: Message['texts']): number {
  return [...others.values()].reduce((sum, each) => sum + Buffer.byteLength(each), Buffer.byteLength(text));
}
