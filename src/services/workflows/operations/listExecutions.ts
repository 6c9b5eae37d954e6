import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { double, integer, steadyList, string, structure } from '../../../wire/shape.js';
import { constraint, missing, typeNotSupported, unsupported } from '../errors.js';
import { type IndexEntry, indexDocuments } from '../execution-documents.js';
import { pageMax } from '../limits.js';
import { machineOf } from '../lookup.js';
import { encodePageToken, readPageSize, readPageToken } from '../model/page.js';
import type { ServiceParts } from '../service-parts.js';

/**
 * ListExecutions of a state machine, newest first.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
 * Errors: InvalidArn, InvalidToken, StateMachineDoesNotExist, StateMachineTypeNotSupported, ValidationException.
 */
const input = structure({
  stateMachineArn: string,
  statusFilter: string,
  maxResults: integer,
  nextToken: string,
  mapRunArn: string,
  redriveFilter: string,
});
const entry = structure({
  executionArn: string,
  stateMachineArn: string,
  name: string,
  status: string,
  startDate: double,
  stopDate: double,
  redriveCount: integer,
  redriveDate: double,
});
const output = structure({ executions: steadyList(entry), nextToken: string });

const statuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'];
const redriveFilters = ['REDRIVEN', 'NOT_REDRIVEN'];
/** Entries that one call looks through for those that a filter wants; then it answers with what it has, and a token. */
const looksMax = 10_000;

export function listExecutions(parts: ServiceParts): Operation {
  return operation({
    name: 'ListExecutions',
    input,
    output,
    async handle({ stateMachineArn, statusFilter, redriveFilter, maxResults, nextToken, mapRunArn }) {
      if (mapRunArn !== undefined) throw unsupported('mapRunArn');
      if (stateMachineArn === undefined) throw missing('stateMachineArn');
      const { arn, type } = accept(await machineOf(parts, stateMachineArn));
      if (type === 'EXPRESS') throw typeNotSupported();
      if (statusFilter !== undefined && !statuses.includes(statusFilter)) {
        throw constraint('statusFilter', `'${statusFilter}'`, `Member must satisfy enum value set: [${statuses.join(', ')}]`);
      }
      if (redriveFilter !== undefined && !redriveFilters.includes(redriveFilter)) {
        throw constraint('redriveFilter', `'${redriveFilter}'`, `Member must satisfy enum value set: [${redriveFilters.join(', ')}]`);
      }
      const limit = accept(readPageSize(maxResults));
      const wanted = ({ status, redriveCount }: IndexEntry): boolean =>
        (statusFilter === undefined || status === statusFilter) &&
        (redriveFilter === undefined || redriveCount > 0 === (redriveFilter === 'REDRIVEN'));
      let after = accept(readPageToken(nextToken, indexDocuments(arn)));
      const found: IndexEntry[] = [];
      for (let looked = 0; looked < looksMax; ) {
        const page = await parts.store.listOf(arn, after, pageMax);
        for (const { name, content } of page) {
          looked++;
          const candidate = JSON.parse(content) as IndexEntry;
          if (!wanted(candidate)) continue;
          if (found.length === limit)
            return { executions: found.map((shown) => listed(shown, arn)), nextToken: after && encodePageToken(after) };
          found.push(candidate);
          after = name;
        }
        if (page.length < pageMax) return { executions: found.map((shown) => listed(shown, arn)) };
        after = page.at(-1)?.name;
      }
      return { executions: found.map((shown) => listed(shown, arn)), nextToken: after && encodePageToken(after) };
    },
  });
}

function listed({ arn, name, status, startedAt, stoppedAt, redriveCount, redrivenAt }: IndexEntry, machine: string) {
  return {
    executionArn: arn,
    stateMachineArn: machine,
    name,
    status,
    startDate: startedAt / 1_000,
    stopDate: stoppedAt === undefined ? undefined : stoppedAt / 1_000,
    redriveCount,
    redriveDate: redrivenAt === undefined ? undefined : redrivenAt / 1_000,
  };
}
