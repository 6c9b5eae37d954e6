import type { Clock } from '../../base/clock.js';
import type { SubscriptionId, TopicAddress } from '../../base/ids.js';
import type { Random } from '../../base/random.js';
import type { Subscription, Topic } from '../../engine/topics/topics.js';
import { confirmationMsMax } from './limits.js';
import { type Confirmation, confirmationBody, signedConfirmationText } from './model/envelope.js';
import { subscriptionArn } from './model/topic-arn.js';
import type { PushDeliveries } from './push-deliveries.js';
import type { Signer } from './signer.js';

export interface ConfirmationParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly deliveries: Pick<PushDeliveries, 'send'>;
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

/** Sends endpoints what they confirm their subscription with. */
export class Confirmations {
  constructor(private readonly parts: ConfirmationParts) {}

  async send(topic: Topic, { id }: Subscription, token: string, origin: string): Promise<void> {
    const { clock, random, signer, deliveries } = this.parts;
    const confirmation: Confirmation = {
      messageId: random.uuid(),
      token,
      topic: topic.address,
      subscribeUrl: subscribeUrl(origin, topic.address, token),
      timestamp: new Date(clock.now()).toISOString(),
    };
    const version = topic.properties.SignatureVersion === '2' ? '2' : '1';
    const signature = await signer.sign(signedConfirmationText(confirmation), version);
    const signed = { version, signature, certificateUrl: await signer.certificateUrl(origin) };
    await deliveries.send(subscriptionArn(topic.address, id), {
      type: 'SubscriptionConfirmation',
      messageId: confirmation.messageId,
      body: confirmationBody(confirmation, signed),
      envelope: undefined,
      traceHeader: undefined,
      w3cTrace: undefined,
    });
  }
}

function subscribeUrl(origin: string, topic: TopicAddress, token: string): string {
  return `${origin}/?Action=ConfirmSubscription&TopicArn=${topic}&Token=${token}`;
}
