import type { TaskAddress } from './interpreter/execution.js';
import type { Failure } from './language/failure.js';
import type { Json } from './language/json.js';
import type { DefinitionRules } from './language/reading.js';
import type { Integration, Resource } from './language/resource.js';
import type { MachineType } from './model/machine-type.js';

/** What a Task can call: filled in by the composition root, since services do not know each other. */
export type Targets = ReadonlyMap<string, Target>;

export interface Target {
  /** What a state may wait for. */
  readonly patterns: readonly Integration['pattern'][];
  /** Why there is no way to it: what the configuration lacks. */
  readonly missing?: string;
  /** What answers look like; absent: there is no model of them. */
  answers?(resource: Resource): Promise<AnswerModel>;
  call(request: TargetCall): Promise<TargetOutcome>;
}

/** What a result of an API may be. Members and items are asked for when they are needed: models nest without end. */
export type AnswerModel =
  | { readonly kind: 'any' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'number' }
  | { readonly kind: 'string'; readonly values?: readonly string[] | undefined }
  | { readonly kind: 'list'; item(): AnswerModel }
  | { readonly kind: 'map'; value(): AnswerModel }
  | { readonly kind: 'structure'; readonly required: readonly string[]; members(): ReadonlyMap<string, AnswerModel> };

/** One attempt. It may be made again after a crash, under the same key. */
export interface TargetCall {
  readonly resource: Resource;
  readonly parameters: Json;
  /** Same for the same attempt, and for no other: a UUID. */
  readonly key: string;
  readonly task: TaskAddress;
  readonly machineArn: string;
  /** Of the trace that the execution belongs to. */
  readonly traceHeader?: string | undefined;
  /** Fires when the broker stops. */
  readonly signal: AbortSignal;
  /** Of TestState: somebody wants to see what goes out and comes back. */
  readonly inspection?: Inspection | undefined;
}

export interface Inspection {
  /** Also what a connection adds to a request. */
  readonly revealSecrets: boolean;
  exchanged(exchange: HttpExchange): void;
}

/** In the shape that TestState has for it. */
export interface HttpExchange {
  readonly request: {
    readonly protocol: string;
    readonly method: string;
    readonly url: string;
    readonly headers: string;
    readonly body: string | undefined;
  };
  /** Absent: no answer came. */
  readonly response:
    | {
        readonly protocol: string;
        readonly statusCode: string;
        readonly statusMessage: string;
        readonly headers: string;
        readonly body: string;
      }
    | undefined;
}

export type TargetOutcome =
  | { readonly kind: 'answered'; readonly output: Json }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The broker stops: the call is to be made again. */
  | { readonly kind: 'stopped' };

/** Functions by their plain ARN are called by the target of this name. */
export const functionTargetName = 'lambda:function';

/** A definition may name what is in the table, and nothing else. */
export function targetRules(targets: Targets, type: MachineType): DefinitionRules {
  return {
    type,
    resourceProblem: (resource) => {
      if (resource.kind === 'activity') return undefined;
      const target = targetOf(targets, resource);
      const pattern = resource.kind === 'function' ? 'requestResponse' : resource.pattern;
      if (target?.patterns.includes(pattern)) return undefined;
      return `The resource ${resource.arn} is not supported by this server${target?.missing === undefined ? '' : `: ${target.missing}`}`;
    },
  };
}

export function targetOf(targets: Targets, resource: Resource): Target | undefined {
  return targets.get(resource.kind === 'integration' ? resource.target : functionTargetName);
}
