import type { EventLog } from '../../base/event-log.js';
import { rootOf } from '../../wire/principal.js';
import { accept, isRefusal } from '../../wire/refusal.js';
import { errorCodes } from './errors.js';
import type { EventNotice } from './mobile/application-event.js';
import { readMessage } from './model/message.js';
import { ownerOf } from './model/topic-arn.js';
import type { Publisher } from './publisher.js';

export interface ApplicationEventsParts {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly events: Pick<EventLog, 'warn'>;
}

/** Publishes what happens to the endpoints of an application to the topics that its attributes name, as the owner of the application. */
export class ApplicationEvents {
  constructor(private readonly parts: ApplicationEventsParts) {}

  /** Published, and so durable, when it resolves. A topic that is gone or does not take it is logged; with a full disk it rejects. */
  async publish({ application, topic, subject, message, origin }: EventNotice): Promise<void> {
    const { publisher, events } = this.parts;
    const given = { Message: message, Subject: subject };
    try {
      const { arn: principal } = rootOf(ownerOf(application));
      await publisher.publish(topic, { origin, principal, isApplicationEvent: true }, (current, admit) => [
        accept(admit(accept(readMessage(current, given, 'messageAttributes')))),
      ]);
    } catch (fault) {
      if (!isRefusal(fault) || fault.code === errorCodes.serviceUnavailable) throw fault;
      events.warn({ topicArn: topic, event: subject, reason: fault.message }, 'an application event was not taken');
    }
  }
}
