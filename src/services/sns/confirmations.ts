import type { Clock } from '../../base/clock.js';
import type { MessageId, QueueAddress, SubscriptionId, TopicAddress } from '../../base/ids.js';
import type { Random } from '../../base/random.js';
import type { Engine } from '../../engine/engine.js';
import type { Subscription, Topic } from '../../engine/topics/topics.js';
import { confirmationMsMax } from './limits.js';
import { isFifoQueue } from './model/endpoint.js';
import { type Confirmation, type ConfirmationType, confirmationBody, signedConfirmationText } from './model/envelope.js';
import type { PushMessage } from './model/push-message.js';
import { endpointOf } from './model/subscription-attributes.js';
import { ownerOf, subscriptionArn } from './model/topic-arn.js';
import type { QueueContents } from './publication.js';
import type { PushDeliveries } from './push-deliveries.js';
import type { Signer } from './signer.js';

export interface ConfirmationParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly deliveries: Pick<PushDeliveries, 'send'>;
  readonly engine: Pick<Engine, 'findQueue' | 'send'>;
  readonly queues: QueueContents;
}

const tokenBytes = 128;
const idBytes = 16;
const tokenPattern = /^[0-9a-f]{256}$/;

/** 256 hexadecimal digits that begin with those of the subscription's id: it is found by them, and proved by the rest. */
export function newToken(id: SubscriptionId, random: Random): string {
  return id.replaceAll('-', '') + random.bytes(tokenBytes - idBytes).toString('hex');
}

/** Whose token it is; undefined for what is no token. */
export function subscriptionOfToken(token: string): SubscriptionId | undefined {
  if (!tokenPattern.test(token)) return undefined;
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(token)?.slice(1);
  return parts?.join('-') as SubscriptionId | undefined;
}

/** Whether a pending subscription can still be confirmed. */
export function isConfirmable({ createdAt }: Subscription, now: number): boolean {
  return now <= createdAt + confirmationMsMax;
}

/** The subscription that a message is about, also one that has ended. */
type Confirmed = Pick<Subscription, 'id' | 'topic' | 'properties'>;

/** Sends endpoints what they confirm their subscription with, or have it back. Never raw, and past every filter. */
export class Confirmations {
  constructor(private readonly parts: ConfirmationParts) {}

  /** False: the disk is full. */
  async send(type: ConfirmationType, topic: Topic, subscription: Confirmed, token: string, origin: string): Promise<boolean> {
    const { clock, random, signer } = this.parts;
    const confirmation: Confirmation = {
      type,
      messageId: random.uuid(),
      token,
      topic: topic.address,
      subscription: subscriptionArn(topic.address, subscription.id),
      subscribeUrl: subscribeUrl(origin, topic.address, token),
      timestamp: new Date(clock.now()).toISOString(),
    };
    const version = topic.properties.SignatureVersion === '2' ? '2' : '1';
    const signature = await signer.sign(signedConfirmationText(confirmation), version);
    const signed = { version, signature, certificateUrl: await signer.certificateUrl(origin) };
    const body = confirmationBody(confirmation, signed);
    return this.#deliver(subscription, {
      type,
      messageId: confirmation.messageId,
      body,
      envelope: undefined,
      traceHeader: undefined,
      w3cTrace: undefined,
    });
  }

  #deliver(subscription: Confirmed, message: PushMessage): Promise<boolean> {
    const { protocol, endpoint } = endpointOf(subscription);
    if (protocol === 'sqs') return this.#enqueue(subscription.topic, endpoint as QueueAddress, message);
    return this.parts.deliveries.send(subscriptionArn(subscription.topic, subscription.id), message);
  }

  /** One that is not there, or does not take it, gets none, as with any message. */
  async #enqueue(topic: TopicAddress, address: QueueAddress, { messageId, body }: PushMessage): Promise<boolean> {
    const { engine, queues } = this.parts;
    const queue = await engine.findQueue(address);
    const content = queues.contentOf({ body, attributes: [], senderId: ownerOf(topic), traceHeader: undefined });
    if (queue === undefined || content === undefined || !queues.takes(queue, Buffer.byteLength(body))) return true;
    const placed = isFifoQueue(address) ? { content, group: messageId, deduplicationId: messageId as MessageId } : { content };
    return (await engine.send(queue, [placed])).kind !== 'storageFull';
  }
}

function subscribeUrl(origin: string, topic: TopicAddress, token: string): string {
  return `${origin}/?Action=ConfirmSubscription&TopicArn=${topic}&Token=${token}`;
}
