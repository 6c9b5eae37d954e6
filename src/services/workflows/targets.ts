import type { TaskAddress } from './interpreter/execution.js';
import type { Expression } from './language/expression.js';
import type { Failure } from './language/failure.js';
import { isJsonArray, isJsonObject, type Json } from './language/json.js';
import type { DefinitionRules } from './language/reading.js';
import { type Integration, type Resource, readResource } from './language/resource.js';
import type { MachineType } from './model/machine-type.js';

/** What a Task can call: filled in by the composition root, since services do not know each other. */
export type Targets = ReadonlyMap<string, Target>;

export interface Target {
  /** What a state may wait for. */
  readonly patterns: readonly Integration['pattern'][];
  /** Why there is no way to it: what the configuration lacks. */
  readonly missing?: string;
  /** What answers look like; absent: there is no model of them. */
  answers?(resource: Resource): Promise<ApiModel>;
  /** What the task may be given; absent: that is seen when it is called. */
  parameters?(): Promise<ApiModel>;
  call(request: TargetCall): Promise<TargetOutcome>;
}

/** What a request or an answer of an API may be. Members and items are asked for when they are needed: models nest without end. */
export type ApiModel =
  | { readonly kind: 'any' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'number' }
  | { readonly kind: 'string'; readonly values?: readonly string[] | undefined }
  | { readonly kind: 'list'; item(): ApiModel }
  | { readonly kind: 'map'; value(): ApiModel }
  | { readonly kind: 'structure'; readonly required: readonly string[]; members(): ReadonlyMap<string, ApiModel> };

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

/** A definition may name what is in the table, and nothing else. Models of parameters are loaded for what it names. */
export async function targetRules(targets: Targets, type: MachineType, definition: string): Promise<DefinitionRules> {
  const models = new Map<string, ApiModel>();
  for (const { target } of integrationsIn(definition)) {
    const model = models.has(target) ? undefined : await targets.get(target)?.parameters?.();
    if (model !== undefined) models.set(target, model);
  }
  return {
    type,
    resourceProblem: (resource) => {
      if (resource.kind === 'activity') return undefined;
      const target = targetOf(targets, resource);
      const pattern = resource.kind === 'function' ? 'requestResponse' : resource.pattern;
      if (target?.patterns.includes(pattern)) return undefined;
      return `The resource ${resource.arn} is not supported by this server${target?.missing === undefined ? '' : `: ${target.missing}`}`;
    },
    unknownParameter: (resource, given) => {
      const model = resource.kind === 'integration' ? models.get(resource.target) : undefined;
      return model && unknownMember(given, model);
    },
  };
}

function* integrationsIn(definition: string): Generator<Integration> {
  for (const [, arn = ''] of definition.matchAll(/"(arn:[^"\\]+)"/g)) {
    const resource = readResource(arn);
    if (resource?.kind === 'integration') yield resource;
  }
}

/** Whatever is evaluated later is not looked at. */
function unknownMember(given: Expression, model: ApiModel): string | undefined {
  switch (given.kind) {
    case 'literal':
      return unknownInJson(given.value, model);
    case 'array':
      return model.kind === 'list' ? firstOf(given.items, (item) => unknownMember(item, model.item())) : undefined;
    case 'object':
      return firstOf(given.members, ([name, value]) => {
        const member = memberModel(model, name);
        return member === undefined ? name : unknownMember(value, member);
      });
    default:
      return undefined;
  }
}

function unknownInJson(value: Json, model: ApiModel): string | undefined {
  if (isJsonArray(value)) return model.kind === 'list' ? firstOf(value, (item) => unknownInJson(item, model.item())) : undefined;
  if (!isJsonObject(value)) return undefined;
  for (const name in value) {
    const member = memberModel(model, name);
    const unknown = member === undefined ? name : unknownInJson(value[name] ?? null, member);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

export const anything: ApiModel = { kind: 'any' };

/** An object where the API has none is JSON in a text, or wrong for another reason. */
function memberModel(model: ApiModel, name: string): ApiModel | undefined {
  if (model.kind === 'structure') return model.members().get(name);
  return model.kind === 'map' ? model.value() : anything;
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function targetOf(targets: Targets, resource: Resource): Target | undefined {
  return targets.get(resource.kind === 'integration' ? resource.target : functionTargetName);
}
