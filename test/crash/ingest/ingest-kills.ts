import { runIngestCampaign } from './ingest-campaign.js';

export interface KillTotals {
  readonly kills: number;
  readonly receipts: number;
  /** Cut off. */
  readonly unknown: number;
  readonly records: number;
  readonly slowestReadyMs: number;
}

const campaignSecondsMax = 120;
/** A broker under load is killed about once in so many seconds. */
const secondsPerKill = 3;

/**
 * One campaign after the other on the same data folder, each with a pipeline of its own, until there were so many kills or a promise was broken. `faults`:
 * what the pipelines rest on fails too, and what has failed is redriven.
 */
export async function runIngestKills(
  folder: string,
  kills: number,
  faults: boolean,
  onProgress: (totals: KillTotals) => void,
): Promise<KillTotals & { readonly violations: readonly string[] }> {
  let totals: KillTotals = { kills: 0, receipts: 0, unknown: 0, records: 0, slowestReadyMs: 0 };
  for (let campaign = 0; ; campaign++) {
    const seconds = Math.min(campaignSecondsMax, (kills - totals.kills) * secondsPerKill);
    const report = await runIngestCampaign({ folder, name: `${faults ? 'faulty' : 'killed'}-${campaign}`, seconds, faults });
    totals = {
      kills: totals.kills + report.kills,
      receipts: totals.receipts + report.calls.acknowledged,
      unknown: totals.unknown + report.calls.unknown,
      records: totals.records + report.messages,
      slowestReadyMs: Math.max(totals.slowestReadyMs, report.slowestReadyMs),
    };
    onProgress(totals);
    if (report.violations.length > 0 || totals.kills >= kills) return { ...totals, violations: report.violations };
  }
}
