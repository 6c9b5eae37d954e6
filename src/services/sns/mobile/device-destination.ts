import type { Clock } from '../../../base/clock.js';
import type { Counter } from '../../../base/meter.js';
import type { Engine, Queue, ReceivedMessage } from '../../../engine/engine.js';
import type { Subscription, Topic } from '../../../engine/topics/topics.js';
import { isRefusal } from '../../../wire/refusal.js';
import type { ApplicationEvents } from '../application-events.js';
import type { AttemptOutcome, AttemptReport } from '../channels/channel.js';
import { personalPace } from '../channels/fixed-pace.js';
import type { PushChannel, PushOutcome } from '../channels/push-channel.js';
import { type DeadLetterParts, giveUp } from '../dead-letters.js';
import type { DeliveryLog } from '../delivery-log.js';
import type { DeliveryReports } from '../delivery-reports.js';
import type { AttemptsEnd, Destination } from '../delivery-worker.js';
import { errorCodes } from '../errors.js';
import { deadLetterOf } from '../model/subscription-attributes.js';
import { readSubscriptionArn, type SubscriptionArn } from '../model/topic-arn.js';
import { applicationFeedback } from './application-attributes.js';
import { eventNotice, type FailureType } from './application-event.js';
import { endpointParts } from './mobile-arn.js';
import { decodeNotification, type Notification } from './notification.js';
import type { PushJournal } from './push-journal.js';
import { secondsLeft } from './push-options.js';
import type { MobileRegistry, PlatformEndpoint } from './registry.js';

export interface DeviceDestinationParts extends DeadLetterParts {
  readonly engine: DeadLetterParts['engine'] & Pick<Engine, 'topics'>;
  readonly clock: Clock;
  readonly registry: Pick<MobileRegistry, 'findEndpoint' | 'changeEndpoint'>;
  readonly channel: PushChannel;
  readonly applicationEvents: Pick<ApplicationEvents, 'publish'>;
  readonly journal: PushJournal;
  readonly log: DeliveryLog;
  readonly reports: Pick<DeliveryReports, 'ended' | 'redriven'>;
  /** How many have ended, and how. */
  readonly deliveries: Counter<'platform' | 'result'>;
}

/** Whose message it is that came from a topic. */
interface Owner {
  readonly topic: Topic;
  readonly subscription: Subscription;
}

export interface DeviceReport extends AttemptReport {
  readonly failure: FailureType | undefined;
  /** Absent: it is gone. */
  readonly endpoint: PlatformEndpoint | undefined;
  readonly owner: Owner | undefined;
  /** The subscription is gone, and with it what was on its way: nobody is told. */
  readonly abandoned: boolean;
}

/** All apps on devices, in the pace of AWS's deliveries to them. */
export class DeviceDestination implements Destination<DeviceReport> {
  readonly pace = personalPace;

  constructor(
    private readonly parts: DeviceDestinationParts,
    private readonly queue: Queue,
  ) {}

  async attempt({ content }: ReceivedMessage, signal: AbortSignal): Promise<DeviceReport> {
    const notification = decodeNotification(content);
    const { subscription: of } = notification;
    const owner = of && (await this.#ownerOf(of.arn));
    const endpoint = await this.parts.registry.findEndpoint(endpointParts(notification.endpoint));
    const known = { endpoint, owner, abandoned: of !== undefined && owner === undefined };
    if (known.abandoned) return { ...refused('DeliveryFailedPerm', 'the subscription is gone'), ...known };
    if (endpoint === undefined) return { ...refused('DeliveryFailedPerm', 'Endpoint does not exist'), ...known };
    return { ...(await this.#push(notification, endpoint, signal)), ...known };
  }

  async #push(notification: Notification, endpoint: PlatformEndpoint, signal: AbortSignal): Promise<Result> {
    const { clock, channel } = this.parts;
    const { messageId, payload, problem, options, publishedAt } = notification;
    const { arn, application, attributes } = endpoint;
    const { platform } = endpointParts(arn);
    if (application.attributes.Enabled === 'false') return refused('PlatformApplicationDisabled', 'Platform application is disabled');
    if (attributes.Enabled === 'false') return refused('EndpointDisabled', 'Endpoint is disabled');
    if (problem !== undefined) return refused('InvalidNotification', `Notification body is invalid: ${problem}`);
    const timeToLiveSeconds = secondsLeft(options, payload, platform, clock.now() - publishedAt);
    if (timeToLiveSeconds === 'expired') return refused('TtlExpired', 'the time to live is over');
    const { topic, pushType, priority, collapseId } = options;
    const { PlatformCredential, PlatformPrincipal, ApplePlatformTeamID, ApplePlatformBundleID } = application.attributes;
    const outcome = await channel.push({
      messageId,
      platform,
      token: attributes.Token,
      payload,
      application: application.arn,
      endpoint: arn,
      attributes: { timeToLiveSeconds, topic, pushType, priority, collapseId },
      credentials: {
        credential: PlatformCredential,
        principal: PlatformPrincipal,
        appleTeamId: ApplePlatformTeamID,
        appleBundleId: ApplePlatformBundleID,
      },
      signal,
    });
    if (outcome.kind === 'invalidToken') await this.#disable(endpoint);
    return resultOf(outcome);
  }

  /** Unless it has another token by now. */
  async #disable(endpoint: PlatformEndpoint): Promise<void> {
    const { Token } = endpoint.attributes;
    const changed = await this.parts.registry.changeEndpoint(endpointParts(endpoint.arn), ({ attributes }) =>
      attributes.Token === Token ? { ...attributes, Enabled: 'false' } : attributes,
    );
    if (isRefusal(changed) && changed.code === errorCodes.serviceUnavailable) throw changed; // the claim runs out and the message comes again
  }

  /** The application's topic is told first: if the broker dies in between, it is told again. */
  async giveUp(received: ReceivedMessage, { endpoint, owner, failure, providerResponse, abandoned }: DeviceReport): Promise<void> {
    const { queue } = this;
    const { messageId, origin, isApplicationEvent = false, subscription: of } = decodeNotification(received.content);
    if (endpoint !== undefined && !abandoned && !isApplicationEvent) {
      const failed = {
        type: 'DeliveryFailure',
        failureType: failure ?? 'DeliveryFailedPerm',
        failureMessage: providerResponse,
        messageId,
        attempts: received.receives,
      } as const;
      const notice = eventNotice(endpoint, failed, origin, this.parts.clock.now());
      if (notice !== undefined) await this.parts.applicationEvents.publish(notice);
    }
    if (of === undefined || owner === undefined) {
      await this.parts.engine.settle(queue, [received.receipt]);
      return;
    }
    const { envelope, traceHeader } = of;
    const redrive = await giveUp(this.parts, { queue, received, envelope, traceHeader, ...owner });
    this.parts.reports.redriven(owner.topic, redrive);
  }

  /** Tells of a delivery that is over: metric, journal, and the delivery status logs of the application and of the topic. */
  ended({ received, report, handedAt }: AttemptsEnd<DeviceReport>): void {
    const { endpoint, owner, failure, outcome, statusCode, providerResponse, abandoned } = report;
    if (abandoned) return;
    const { clock, channel, journal, log, reports } = this.parts;
    const { messageId, endpoint: destination, payload, options, publishedAt, subscription: of } = decodeNotification(received.content);
    const delivered = outcome === 'delivered';
    const attempts = received.receives;
    const result = delivered ? 'delivered' : (failure ?? 'DeliveryFailedPerm');
    this.parts.deliveries.add({ platform: endpointParts(destination).platform, result });
    const topicArn = owner?.topic.address;
    journal.add({
      at: new Date(clock.now()).toISOString(),
      messageId,
      endpointArn: destination,
      topicArn,
      options,
      status: delivered ? 'delivered' : 'failed',
      response: providerResponse,
      attempts,
      ...(channel.kind === 'log' && { token: endpoint?.attributes.Token, payload }),
    });
    const end = { topicArn, messageId, text: payload, publishedAt, handedAt, destination, attempts, statusCode, providerResponse };
    const status = delivered ? 'SUCCESS' : 'FAILURE';
    const deadLetter = owner && deadLetterOf(owner.subscription);
    log.record(endpoint && applicationFeedback(endpoint.application), status, () => ({ ...end, deadLetter }));
    if (owner === undefined || of === undefined) return;
    const { envelope, traceHeader } = of;
    const message = { type: 'Notification', messageId, body: payload, envelope, traceHeader, w3cTrace: undefined } as const;
    reports.ended({ ...owner, message, report, attempts, handedAt });
  }

  async #ownerOf(arn: SubscriptionArn): Promise<Owner | undefined> {
    const { topics } = this.parts.engine;
    const read = readSubscriptionArn(arn);
    if (isRefusal(read)) throw new Error(`${arn} is no ARN of a subscription`);
    const [topic, subscription] = [await topics.find(read.topic), await topics.findSubscription(read.topic, read.id)];
    return topic === undefined || subscription === undefined ? undefined : { topic, subscription };
  }
}

type Result = Pick<DeviceReport, 'outcome' | 'statusCode' | 'providerResponse' | 'failure'>;

function refused(failure: FailureType, providerResponse: string): Result {
  return { outcome: 'refused', failure, providerResponse };
}

function resultOf({ kind, statusCode, response }: PushOutcome): Result {
  const outcome: AttemptOutcome = kind === 'invalidToken' ? 'refused' : kind;
  const failure = kind === 'invalidToken' ? 'InvalidPlatformToken' : undefined;
  return { outcome, failure, providerResponse: response, ...(statusCode !== undefined && { statusCode }) };
}
