import { isIPv4, isIPv6 } from 'node:net';

/**
 * What a policy means, said once more in the plainest way and without any of the code under test: every way of choosing one object from
 * each array is a world, and a policy accepts a message when all of it holds in one of the worlds. Numbers are doubles here, so tests use
 * such as doubles hold exactly.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type World = readonly (readonly [path: string, value: Json])[];
type JsonMap = Readonly<Record<string, Json>>;

export function accepts(policy: Json, message: Json): boolean {
  const worlds = worldsOf(message, undefined);
  const present = new Set(worlds.flat().map(([path]) => path));
  return worlds.some((world) => holds(asMap(policy), undefined, world, present));
}

function worldsOf(value: Json, path: string | undefined): readonly World[] {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).flat(20) as readonly Json[];
    const scalars = items.filter((item) => !isMap(item)).map((item) => [path ?? '', item] as const);
    const objects = items.filter(isMap);
    return objects.length === 0 ? [scalars] : objects.flatMap((item) => worldsOf(item, path).map((world) => [...scalars, ...world]));
  }
  if (!isMap(value)) return [[[path ?? '', value]]];
  let worlds: readonly World[] = [[]];
  for (const [key, member] of Object.entries(value)) {
    const more = worldsOf(member, below(path, key));
    worlds = worlds.flatMap((world) => more.map((other) => [...world, ...other]));
  }
  return worlds;
}

function holds(policy: JsonMap, path: string | undefined, world: World, present: ReadonlySet<string>): boolean {
  return Object.entries(policy).every(([key, value]) => {
    if (key === '$or') return (value as readonly Json[]).some((branch) => holds(asMap(branch), path, world, present));
    const at = below(path, key);
    if (isMap(value)) return holds(value, at, world, present);
    return (value as readonly Json[]).some((condition) =>
      isMap(condition) && condition.exists === false
        ? !present.has(at)
        : world.some(([where, found]) => where === at && meets(found, condition)),
    );
  });
}

function meets(value: Json, condition: Json): boolean {
  if (!isMap(condition)) return value === condition;
  const [[operator, operand] = ['', null]] = Object.entries(condition);
  if (operator === 'exists') return operand === true;
  if (operator === 'anything-but') return !excluded(operand ?? null).some((each) => meets(value, each));
  if (operator === 'numeric') return typeof value === 'number' && inRange(value, operand as readonly Json[]);
  return typeof value === 'string' && textMeets(value, operator, operand ?? null);
}

function excluded(operand: Json): readonly Json[] {
  if (!isMap(operand)) return Array.isArray(operand) ? operand : [operand];
  const [[operator, patterns] = ['', null]] = Object.entries(operand);
  return (Array.isArray(patterns) ? patterns : [patterns]).map((pattern: Json) => ({ [operator]: pattern }));
}

function textMeets(value: string, operator: string, operand: Json): boolean {
  if (isMap(operand)) return textMeets(value.toUpperCase(), operator, String(operand['equals-ignore-case']).toUpperCase());
  const text = String(operand);
  switch (operator) {
    case 'prefix':
      return value.startsWith(text);
    case 'suffix':
      return value.endsWith(text);
    case 'equals-ignore-case':
      return value.toUpperCase() === text.toUpperCase();
    case 'wildcard':
      return new RegExp(`^${text.split('*').map(quoted).join('.*')}$`, 's').test(value);
    case 'cidr':
      return inBlock(value, text);
    default:
      throw new Error(`no such operator: ${operator}`);
  }
}

function inRange(value: number, [operator, bound, ...rest]: readonly Json[]): boolean {
  const limit = Number(bound);
  const met = { '=': value === limit, '<': value < limit, '<=': value <= limit, '>': value > limit, '>=': value >= limit }[
    String(operator)
  ];
  return met === true && (rest.length === 0 || inRange(value, rest));
}

/** Of version 6 only the block of all addresses. */
function inBlock(value: string, block: string): boolean {
  if (block === '::/0') return isIPv6(value);
  const [address = '', bits] = block.split('/');
  const size = 2 ** (32 - Number(bits));
  return isIPv4(value) && Math.floor(addressNumber(value) / size) === Math.floor(addressNumber(address) / size);
}

function addressNumber(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function below(path: string | undefined, key: string): string {
  return path === undefined ? key : `${path}.${key}`;
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asMap(value: Json): JsonMap {
  if (!isMap(value)) throw new Error('an object');
  return value;
}
