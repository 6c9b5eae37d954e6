import type { AccountId } from '../../base/ids.js';
import type { NewMessage } from '../../engine/new-message.js';
import type { Delivery, TargetQueue, Topic } from '../../engine/topics/topics.js';
import { isRefusal } from '../../wire/refusal.js';
import { smsDisplayNameCharsMax } from './limits.js';
import type { EndpointParts } from './mobile/mobile-arn.js';
import { type Notification as PushNotification, queuedNotification } from './mobile/notification.js';
import { payloadOf, payloadProblem } from './mobile/payload.js';
import { readPushOptions } from './mobile/push-options.js';
import { isFifoQueue } from './model/endpoint.js';
import { envelopeWriter, type Notification, type Proof, type Signed, signedText } from './model/envelope.js';
import { sequenceNumber } from './model/message.js';
import type { MessageAttribute } from './model/message-attributes.js';
import { textFor, textsOf } from './model/message-texts.js';
import { encodePushMessage } from './model/push-message.js';
import type { Publication } from './model/stored-publication.js';
import { ownerOf, regionOf, type SubscriptionArn } from './model/topic-arn.js';
import { OutboundTexts } from './protection/outbound-texts.js';
import type { Route } from './routes.js';
import type { Signer } from './signer.js';
import { type PhoneMessage, queuedPhoneMessage } from './sms/phone-message.js';
import type { PhoneNumber } from './sms/phone-number.js';
import { readSmsOptions } from './sms/sms-options.js';

/** What a queue is to hold. */
export interface QueuedMessage {
  readonly body: string;
  readonly attributes: readonly MessageAttribute[];
  readonly senderId: AccountId;
  readonly traceHeader: string | undefined;
}

/** How queues hold messages: theirs to say. */
export interface QueueContents {
  /** The content of a queue's message; undefined for one that no queue takes. */
  readonly contentOf: (message: QueuedMessage) => Buffer | undefined;
  /** Whether this queue takes a message of so many bytes. */
  readonly takes: (queue: TargetQueue, bytes: number) => boolean;
}

/** Writes what the subscriptions of one message get. */
export class DeliveryWriter {
  /** By version and text: one signature each, and one envelope but for a line. Messages of FIFO topics have no signature. */
  readonly #envelopes = { '1': new Map<string, EnvelopeWriter>(), '2': new Map<string, EnvelopeWriter>() };
  readonly #rawContents = new Map<string, Buffer | undefined>();

  /** `archived`: as signed when it was published, text by text; the deliveries are replays. */
  constructor(
    private readonly queues: QueueContents,
    private readonly topic: Topic,
    private readonly publication: Publication,
    private readonly archived?: readonly Signed[] | undefined,
    private readonly outbound = new OutboundTexts(),
  ) {
    if (archived === undefined || archived.length === 0) return;
    for (const [index, text] of textsOf(publication.message.texts).entries()) {
      const signed = archived[index];
      if (signed === undefined) continue;
      const envelope = envelopeWriter(this.#notification(text), { kind: 'signed', signed });
      for (const envelopes of Object.values(this.#envelopes)) envelopes.set(text, envelope);
    }
  }

  /** By what the topic's data protection policy says: those that get the message, and those that may not. */
  sort(routes: readonly Route[]): Sorted {
    if (routes.every((route) => this.mayHave(route))) return { permitted: routes, prohibited: [] };
    return {
      permitted: routes.filter((route) => this.mayHave(route)),
      prohibited: routes.filter((route) => !this.mayHave(route)),
    };
  }

  mayHave(route: Route): boolean {
    return this.#protected(route) !== undefined;
  }

  #protected({ outbound, audience }: Route): string | undefined {
    return this.outbound.of(outbound, textFor(this.publication.message.texts, audience));
  }

  /** What a subscription gets that may have the message. */
  textOf(route: Route): string {
    const text = this.#protected(route);
    if (text === undefined) throw new Error(`${route.arn} may not have the message`);
    return text;
  }

  /** Whether nothing is to be signed for it. */
  isSigned(route: Route): boolean {
    return this.topic.settings.ordering === 'fifo' || isBare(route) || this.#signedFor(route) !== undefined;
  }

  /** Before the first delivery that is not raw. */
  async sign(routes: readonly Route[], signer: Signer): Promise<void> {
    for (const route of routes) {
      if (this.isSigned(route)) continue;
      const version = this.#versionFor(route);
      const text = this.textOf(route);
      const signed = await this.#signed(text, version, signer);
      this.#envelopes[version].set(text, envelopeWriter(this.#notification(text), { kind: 'signed', signed }));
    }
  }

  /** Every text as it is signed for an archive. */
  async signedTexts(signer: Signer): Promise<readonly Signed[]> {
    if (this.topic.settings.ordering === 'fifo') return [];
    const version = signatureVersion(this.topic);
    return Promise.all(textsOf(this.publication.message.texts).map((text) => this.#signed(text, version, signer)));
  }

  async #signed(text: string, version: SignatureVersion, signer: Signer): Promise<Signed> {
    const signature = await signer.sign(signedText(this.#notification(text)), version);
    return { version, signature, certificateUrl: await signer.certificateUrl(this.publication.origin) };
  }

  /** Functions get version 1 from every topic. */
  #versionFor({ protocol }: Route): SignatureVersion {
    return protocol === 'lambda' ? '1' : signatureVersion(this.topic);
  }

  #signedFor(route: Route): EnvelopeWriter | undefined {
    return this.#envelopes[this.#versionFor(route)].get(this.textOf(route));
  }

  deliveryTo(route: Route): Delivery {
    const { queue: target, deadLetter: otherwise } = route;
    if (route.phone !== undefined) {
      const message = queuedPhoneMessage(this.#texted(route, route.phone));
      return { target, message: () => message };
    }
    if (route.device !== undefined) {
      const message = queuedNotification(this.#notice(route, route.device));
      return { target, message: () => message };
    }
    if (route.protocol !== 'sqs') {
      const content = this.#pushed(route);
      return { target, message: () => ({ content }) };
    }
    const ordered = isFifoQueue(target);
    const write = route.raw ? this.#raw(route) : this.#enveloped(route);
    return { target, otherwise, message: (sequence, queue) => this.#placed(write(sequence), queue, ordered) };
  }

  /** Group and deduplication id go to FIFO queues; from a standard topic the group goes along as the tenant. */
  #placed(content: Buffer | undefined, queue: TargetQueue, ordered: boolean): NewMessage | undefined {
    const { group, deduplicationId, bytes } = this.publication.message;
    if (content === undefined || !this.queues.takes(queue, bytes)) return undefined;
    if (ordered && group !== undefined && deduplicationId !== undefined) {
      // The steps of a replay deliver once by themselves, also to a queue that had the message in the last five minutes.
      return this.archived === undefined ? { content, group, deduplicationId } : { content, group, deduplicationId, once: true };
    }
    return group === undefined || this.topic.settings.ordering === 'fifo' ? { content } : { content, group };
  }

  /** A raw message to an endpoint takes its envelope along: that is what a dead-letter queue gets. */
  #pushed(route: Route): Buffer {
    const { messageId, traceHeader, w3cTrace } = this.publication;
    const { raw } = route;
    const envelope = this.#signedEnvelope(route);
    const body = raw ? this.textOf(route) : envelope;
    return encodePushMessage({ type: 'Notification', messageId, body, envelope: raw ? envelope : undefined, traceHeader, w3cTrace });
  }

  /** The text alone, behind the topic's display name. The envelope is for a dead-letter queue. */
  #texted(route: Route, phoneNumber: PhoneNumber): PhoneMessage {
    const { messageId, message, traceHeader } = this.publication;
    const { address, properties } = this.topic;
    const options = readSmsOptions(message.attributes);
    const name = (properties.DisplayName ?? '').slice(0, smsDisplayNameCharsMax);
    const text = this.textOf(route);
    return {
      messageId,
      account: ownerOf(address),
      region: regionOf(address),
      phoneNumber,
      text: name === '' ? text : `${name}> ${text}`,
      options: isRefusal(options) ? {} : options,
      purpose: 'topic',
      subscription: { arn: route.arn, envelope: this.#signedEnvelope(route), traceHeader },
    };
  }

  /** The payload alone. The envelope is for a dead-letter queue. */
  #notice(route: Route, { arn: endpoint, platform }: EndpointParts): PushNotification {
    const { messageId, message, timestamp, origin, traceHeader, isApplicationEvent } = this.publication;
    const payload = payloadOf(message.texts, platform, this.textOf(route));
    const options = readPushOptions(message.attributes, platform);
    return {
      messageId,
      endpoint,
      payload,
      options: isRefusal(options) ? {} : options,
      problem: isRefusal(options) ? options.message : payloadProblem(payload, platform),
      publishedAt: Date.parse(timestamp),
      origin,
      isApplicationEvent,
      subscription: { arn: route.arn, envelope: this.#signedEnvelope(route), traceHeader },
    };
  }

  #signedEnvelope(route: Route): string {
    const envelope = this.#signedFor(route)?.(this.#unsubscribeUrl(route.arn));
    if (envelope === undefined) throw new Error('a message to an endpoint is written before it is signed');
    return envelope;
  }

  #unsubscribeUrl(arn: SubscriptionArn): string {
    return `${this.publication.origin}/?Action=Unsubscribe&SubscriptionArn=${arn}`;
  }

  #raw(route: Route): () => Buffer | undefined {
    const { message } = this.publication;
    const text = this.textOf(route);
    const attributes = this.archived === undefined ? message.attributes : withReplayed(message.attributes);
    if (!this.#rawContents.has(text)) this.#rawContents.set(text, this.#content(text, attributes));
    const content = this.#rawContents.get(text);
    return () => content;
  }

  #enveloped(route: Route): (sequence: number) => Buffer | undefined {
    const text = this.textOf(route);
    const url = this.#unsubscribeUrl(route.arn);
    const signed = this.#signedFor(route);
    if (signed !== undefined) {
      const content = this.#content(signed(url), []);
      return () => content;
    }
    const notification = this.#notification(text);
    return (sequence) => {
      const proof: Proof = { kind: 'sequence', sequenceNumber: sequenceNumber(sequence) };
      return this.#content(envelopeWriter(notification, proof)(url), []);
    };
  }

  #content(body: string, attributes: readonly MessageAttribute[]): Buffer | undefined {
    const { topic, traceHeader } = this.publication;
    return this.queues.contentOf({ body, attributes, senderId: ownerOf(topic), traceHeader });
  }

  #notification(text: string): Notification {
    const { messageId, topic, timestamp, message } = this.publication;
    const { subject, attributes } = message;
    return { messageId, topic, subject, text, timestamp, attributes, replayed: this.archived !== undefined };
  }
}

/** Routes of a message. */
export interface Sorted {
  readonly permitted: readonly Route[];
  readonly prohibited: readonly Route[];
}

type SignatureVersion = '1' | '2';

function signatureVersion({ properties }: Topic): SignatureVersion {
  return properties.SignatureVersion === '2' ? '2' : '1';
}

/** What a raw message tells of a replay, unless its queue would take no more attributes. */
function withReplayed(attributes: readonly MessageAttribute[]): readonly MessageAttribute[] {
  if (attributes.length >= queueAttributesMax) return attributes;
  return [...attributes.filter(({ name }) => name !== replayed.name), replayed];
}

const queueAttributesMax = 10;
const replayed: MessageAttribute = { name: 'Replayed', type: 'String', value: 'true' };

type EnvelopeWriter = (unsubscribeUrl: string) => string;

/** Whether nothing that is written for it has an envelope. */
function isBare({ protocol, raw }: Route): boolean {
  return raw && protocol === 'sqs';
}
