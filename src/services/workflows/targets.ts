import type { DefinitionRules } from './language/reading.js';
import type { Integration } from './language/resource.js';
import type { MachineType } from './model/machine-type.js';

/** What a Task can call: filled in by the composition root, since services do not know each other. */
export type Targets = ReadonlyMap<string, Target>;

export interface Target {
  /** What a state may wait for. */
  readonly patterns: readonly Integration['pattern'][];
}

/** A definition may name what is in the table, and nothing else. */
export function targetRules(targets: Targets, type: MachineType): DefinitionRules {
  return {
    type,
    resourceProblem: (resource) => {
      if (resource.kind !== 'integration') return `The resource ${resource.arn} is not supported by this server`;
      const target = targets.get(resource.target);
      if (target?.patterns.includes(resource.pattern)) return undefined;
      return `The resource ${resource.arn} is not supported by this server`;
    },
  };
}
