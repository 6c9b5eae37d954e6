import type { ConversionRule } from './conversion.js';
import type { PauseRule } from './pauses.js';
import type { RateLimit } from './rate.js';
import type { RunRule } from './runs.js';

/** What stands against SMS pumping. Absent: that guard is off. */
export interface GuardSettings {
  /** Prefixes such as `+49`, or expressions that a whole number has to match, such as `\+91[0-9]{10}`. */
  readonly countries?: readonly string[] | undefined;
  readonly perNumber?: RateLimit | undefined;
  /** Of the address that a publish comes from. */
  readonly perSource?: RateLimit | undefined;
  readonly pauses?: PauseRule | undefined;
  readonly runs?: RunRule | undefined;
  readonly conversion?: (ConversionRule & { readonly refuse: boolean }) | undefined;
}
