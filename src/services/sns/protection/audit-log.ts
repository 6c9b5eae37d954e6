import type { Clock } from '../../../base/clock.js';
import type { EventLog } from '../../../base/event-log.js';
import type { TopicAddress } from '../../../base/ids.js';
import type { Meter } from '../../../base/meter.js';
import { auditDetectionsMax } from '../limits.js';
import type { Span } from './identifier.js';
import type { Operation } from './operation.js';

/** Where an identifier found something. The text itself is never told. */
export interface Found extends Span {
  readonly name: string;
}

/** What an audit found in one message. */
export interface Audit {
  readonly topic: TopicAddress;
  readonly principal: string;
  readonly operation: Extract<Operation, { kind: 'audit' }>;
  readonly messageId: string;
  readonly found: readonly Found[];
}

export interface AuditLog {
  record(audits: readonly Audit[]): void;
}

export interface AuditLogParts {
  readonly events: Pick<EventLog, 'info'>;
  readonly meter: Pick<Meter, 'counter'>;
  readonly clock: Clock;
}

/** Writes the records that AWS sends to the destinations of a policy as lines of the program's log, with the names of the destinations. */
export function createAuditLog({ events, meter, clock }: AuditLogParts): AuditLog {
  const withFindings = meter.counter({
    name: 'signalbox_sns_messages_with_findings_total',
    help: 'Audited messages in which sensitive data was found',
    labels: ['topic'],
  });
  const withoutFindings = meter.counter({
    name: 'signalbox_sns_messages_with_no_findings_total',
    help: 'Audited messages in which no sensitive data was found',
    labels: ['topic'],
  });
  return {
    record(audits) {
      for (const audit of audits) {
        const { topic, operation, found } = audit;
        (found.length > 0 ? withFindings : withoutFindings).add({ topic });
        const destination = found.length > 0 ? operation.findings : operation.noFindings;
        if (destination !== undefined) events.info({ ...destination, ...recordOf(audit, clock.now()) }, 'data protection audit');
      }
    },
  };
}

/** Developer guide, "Data protection policy operations": names and order are those of its example. */
function recordOf({ messageId, principal, topic, found }: Audit, now: number): object {
  const byName = new Map<string, Span[]>();
  for (const { name, start, end } of found) {
    const spans = byName.get(name);
    if (spans === undefined) byName.set(name, [{ start, end }]);
    else spans.push({ start, end });
  }
  return {
    messageId,
    auditTimestamp: new Date(now).toISOString(),
    callerPrincipal: principal,
    resourceArn: topic,
    dataIdentifiers: [...byName].map(([name, each]) => ({
      name,
      count: each.length,
      detections: each.slice(0, auditDetectionsMax),
    })),
  };
}
