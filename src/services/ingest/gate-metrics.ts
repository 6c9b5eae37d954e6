import type { Meter } from '../../base/meter.js';

export interface GateMetrics {
  /** `outcome`: `accepted`, `repeated`, `gone`, or the code of a refusal. */
  received(pipeline: string, outcome: string, bytes: number): void;
}

export function gateMetrics(meter: Meter, uploads: () => number): GateMetrics {
  const records = meter.counter({
    name: 'signalbox_ingest_requests_total',
    help: 'Requests to hand a record in, by what became of them',
    labels: ['pipeline', 'outcome'],
  });
  const bytes = meter.counter({ name: 'signalbox_ingest_accepted_bytes_total', help: 'Bytes of accepted payloads', labels: ['pipeline'] });
  meter.gauge({ name: 'signalbox_ingest_uploads', help: 'Uploads under way', labels: [] }, () => [{ labels: {}, value: uploads() }]);
  return {
    received: (pipeline, outcome, payloadBytes) => {
      records.add({ pipeline, outcome });
      if (outcome === 'accepted') bytes.add({ pipeline }, payloadBytes);
    },
  };
}
