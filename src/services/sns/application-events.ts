import type { Clock } from '../../base/clock.js';
import type { EventLog } from '../../base/event-log.js';
import type { TopicAddress } from '../../base/ids.js';
import { rootOf } from '../../wire/principal.js';
import { accept, isRefusal } from '../../wire/refusal.js';
import { errorCodes } from './errors.js';
import type { EventAttribute } from './mobile/application-attributes.js';
import { type ApplicationEvent, eventMessage, eventSubject } from './mobile/application-event.js';
import type { PlatformEndpoint } from './mobile/registry.js';
import { readMessage } from './model/message.js';
import { ownerOf } from './model/topic-arn.js';
import type { Publisher } from './publisher.js';

export interface ApplicationEventsParts {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly clock: Clock;
  readonly events: Pick<EventLog, 'warn'>;
}

/** Publishes what happens to the endpoints of an application to the topics that its attributes name. */
export class ApplicationEvents {
  constructor(private readonly parts: ApplicationEventsParts) {}

  /** Published, and so durable, when it resolves. A topic that is gone or does not take it is logged; with a full disk it rejects. */
  async publish(endpoint: PlatformEndpoint, event: ApplicationEvent, origin: string): Promise<void> {
    const { publisher, clock, events } = this.parts;
    const topic = endpoint.application.attributes[`Event${event.type}` satisfies EventAttribute];
    if (topic === undefined) return;
    const given = { Message: eventMessage(event, endpoint, clock.now()), Subject: eventSubject(event, endpoint) };
    try {
      const { arn: principal } = rootOf(ownerOf(topic as TopicAddress));
      await publisher.publish(topic as TopicAddress, { origin, principal, isApplicationEvent: true }, (current, admit) => [
        accept(admit(accept(readMessage(current, given, 'messageAttributes')))),
      ]);
    } catch (fault) {
      if (!isRefusal(fault) || fault.code === errorCodes.serviceUnavailable) throw fault;
      events.warn(
        { topicArn: topic, endpointArn: endpoint.arn, event: event.type, reason: fault.message },
        'an application event was not taken',
      );
    }
  }
}
