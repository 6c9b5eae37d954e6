import { campaignSecondsMax } from './campaign.js';
import { runFunctionCampaign } from './functions/function-campaign.js';
import { runQueueCampaign } from './queue-campaign.js';
import { runTopicCampaign } from './topics/topic-campaign.js';

export interface Totals {
  readonly seconds: number;
  readonly kills: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Cut off. */
  readonly unknown: number;
  readonly messages: number;
  readonly slowestReadyMs: number;
  readonly violations: readonly string[];
}

const kinds = [runQueueCampaign, runTopicCampaign, runFunctionCampaign] as const;

/** One campaign after the other on the same data folder, of each kind in turn, until the time is over or a promise was broken. */
export async function runCampaigns(folder: string, seconds: number, onProgress: (totals: Totals) => void): Promise<Totals> {
  let totals: Totals = { seconds: 0, kills: 0, acknowledged: 0, refused: 0, unknown: 0, messages: 0, slowestReadyMs: 0, violations: [] };
  for (let campaign = 0; totals.seconds < seconds && totals.violations.length === 0; campaign++) {
    const kind = campaign % kinds.length;
    const length = Math.min(campaignSecondsMax, (seconds - totals.seconds) / (kinds.length - kind));
    const run = kinds[kind] ?? runQueueCampaign;
    const { kills, calls, messages, slowestReadyMs, violations } = await run({ folder, name: `killed-${campaign}`, seconds: length });
    totals = {
      seconds: totals.seconds + length,
      kills: totals.kills + kills,
      acknowledged: totals.acknowledged + calls.acknowledged,
      refused: totals.refused + calls.refused,
      unknown: totals.unknown + calls.unknown,
      messages: totals.messages + messages,
      slowestReadyMs: Math.max(totals.slowestReadyMs, slowestReadyMs),
      violations,
    };
    onProgress(totals);
  }
  return totals;
}
