import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import type { Catalogue } from './catalogue.js';
import type { PackageStore } from './code/package-store.js';
import type { Invoker } from './invoker.js';
import type { Drawn } from './model/publishing.js';
import type { Slots } from './slots.js';

/** What operations work with; each takes what it needs of it. */
export interface Parts {
  readonly catalogue: Catalogue;
  readonly packages: PackageStore;
  readonly invoker: Invoker;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly random: Random;
  /** What a change of a function needs. */
  readonly draw: () => Drawn;
}
