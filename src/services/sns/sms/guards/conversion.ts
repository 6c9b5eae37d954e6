/** How many of the messages are answered by what they ask for, such as a one-time password that is entered. */
export interface ConversionRule {
  /** Below this share, 0 to 1, something is wrong. */
  readonly threshold: number;
  readonly windowMs: number;
  /** With fewer messages nothing is said. */
  readonly messagesMin: number;
  /** People need so long to answer: younger messages do not count. */
  readonly graceMs: number;
}

/** Messages by the stretch of time in which they were sent, the oldest first. */
export interface Conversion {
  readonly stretches: readonly Stretch[];
  /** Whether the share was too low when it was last looked at. */
  readonly low: boolean;
}

interface Stretch {
  readonly from: number;
  readonly sent: number;
  readonly confirmed: number;
}

export interface Share {
  readonly sent: number;
  readonly confirmed: number;
  readonly low: boolean;
}

export const noConversion: Conversion = { stretches: [], low: false };

/** Stretches of a window. */
const stretchesOfWindow = 12;

export function withSent(conversion: Conversion, now: number, rule: ConversionRule): Conversion {
  return counted(conversion, now, now, rule, { sent: 1, confirmed: 0 });
}

/** `sentAt`: of the message that is confirmed. */
export function withConfirmed(conversion: Conversion, sentAt: number, now: number, rule: ConversionRule): Conversion {
  return counted(conversion, sentAt, now, rule, { sent: 0, confirmed: 1 });
}

export function shareOf({ stretches }: Conversion, now: number, rule: ConversionRule): Share {
  const judged = stretches.filter(({ from }) => from > oldest(now, rule) && from + stretchMs(rule) <= now - rule.graceMs);
  const sent = judged.reduce((sum, stretch) => sum + stretch.sent, 0);
  const confirmed = judged.reduce((sum, stretch) => sum + stretch.confirmed, 0);
  return { sent, confirmed, low: sent >= rule.messagesMin && confirmed < rule.threshold * sent };
}

function counted(
  conversion: Conversion,
  at: number,
  now: number,
  rule: ConversionRule,
  more: { readonly sent: number; readonly confirmed: number },
): Conversion {
  const from = at - (at % stretchMs(rule));
  const kept = conversion.stretches.filter((stretch) => stretch.from > oldest(now, rule));
  const { sent, confirmed } = kept.find((stretch) => stretch.from === from) ?? { sent: 0, confirmed: 0 };
  const changed = { from, sent: sent + more.sent, confirmed: confirmed + more.confirmed };
  const others = kept.filter((stretch) => stretch.from !== from);
  return { ...conversion, stretches: [...others, changed].sort((a, b) => a.from - b.from) };
}

function stretchMs({ windowMs }: ConversionRule): number {
  return Math.max(1, Math.round(windowMs / stretchesOfWindow));
}

/** Stretches that began then or earlier are out of the window, which ends where the time to answer begins. */
function oldest(now: number, rule: ConversionRule): number {
  return now - rule.graceMs - rule.windowMs - stretchMs(rule);
}
