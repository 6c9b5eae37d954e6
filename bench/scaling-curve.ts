/** How a function is doing at a time since its mapping was enabled. */
export interface Sample {
  readonly seconds: number;
  /** Invocations at once. */
  readonly concurrency: number;
  /** Messages that are not done with. */
  readonly backlog: number;
}

export interface ScalingCurve {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/** Lambda developer guide, "Configuring scaling behavior for SQS event source mappings", and the announcement of November 2023. */
export interface Growth {
  readonly from: number;
  readonly perMinute: number;
  readonly max: number;
}

const stepSeconds = 1;

/** What documented growth makes of a backlog, with one message an invocation and no time between two. */
export function documentedCurve(
  { messages, handlerSeconds }: { readonly messages: number; readonly handlerSeconds: number },
  { from, perMinute, max }: Growth,
): readonly Sample[] {
  const samples: Sample[] = [];
  let backlog = messages;
  for (let seconds = 0; backlog > 0; seconds += stepSeconds) {
    const concurrency = Math.min(max, from + (perMinute / 60) * seconds);
    samples.push({ seconds, concurrency, backlog });
    backlog -= (concurrency / handlerSeconds) * stepSeconds;
  }
  const last = samples.at(-1)?.seconds ?? 0;
  return [...samples, { seconds: last + stepSeconds, concurrency: 0, backlog: 0 }];
}
