import { isAccountId } from '../../base/arn.js';
import type { AccountId, QueueAddress, Region } from '../../base/ids.js';
import type { Engine, Queue } from '../../engine/engine.js';
import { isRefusal, type Refusal } from '../../wire/refusal.js';
import { isFifoName, type QueueIdentity, queueArn, queueNameOf } from './model/queue-arn.js';
import { differingAttribute, mergeAttributes, readAttributes } from './model/queue-attributes.js';
import { kindOf, queueDefinition, withTags } from './model/queue-definition.js';
import { readNewQueueName } from './model/queue-name.js';
import { addTags, checkTags, type Tags } from './model/tags.js';
import { setAttributes } from './operations/setQueueAttributes.js';
import { changeQueue } from './queue-lookup.js';

/** A queue that the configuration wants to be there at start. */
export interface DeclaredQueue {
  readonly name: string;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** By their AWS names. Policies may be given as objects. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  readonly tags?: Readonly<Record<string, unknown>> | undefined;
  /** The name of another queue, in the same account and Region, declared before or after this one, or there already. */
  readonly deadLetterQueue?: string | undefined;
  readonly maxReceiveCount?: number | undefined;
}

/** Names the queue and the setting that is wrong, for the person who wrote the configuration. */
export class DeclaredQueueError extends Error {
  constructor(queue: string, setting: string | undefined, problem: string) {
    super(`queue "${queue}"${setting === undefined ? '' : `, ${setting}`}: ${problem}`);
    this.name = 'DeclaredQueueError';
  }
}

interface Plan {
  readonly name: string;
  readonly identity: QueueIdentity;
  readonly address: QueueAddress;
  /** All but the RedrivePolicy. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly redrivePolicy: string | undefined;
  readonly tags: Tags;
}

type Port = Pick<Engine, 'findQueue' | 'createQueue' | 'updateQueue'>;

/**
 * Creates the declared queues by the rules of CreateQueue. Those that exist get the declared attributes and tags by the
 * rules of SetQueueAttributes and TagQueue, and keep what is not declared: a restart with the same file changes nothing.
 * All are checked before the first is touched, and linked to their dead-letter queues when all are there.
 */
export async function createDeclaredQueues(
  engine: Port,
  queues: readonly DeclaredQueue[],
  defaults: { readonly account: AccountId; readonly region: Region },
): Promise<void> {
  const plans = queues.map((queue) => plan(queue, defaults));
  await checkTogether(engine, plans);
  for (const each of plans) await refusedAs(each, undefined, () => apply(engine, each));
  for (const each of plans) await refusedAs(each, 'RedrivePolicy', () => link(engine, each));
}

function plan(queue: DeclaredQueue, defaults: { readonly account: AccountId; readonly region: Region }): Plan {
  const { name } = queue;
  const account = queue.account ?? defaults.account;
  const region = (queue.region ?? defaults.region) as Region;
  if (!isAccountId(account)) throw new DeclaredQueueError(name, 'account', `"${account}" is not an account id of 12 digits`);
  if (!/^[a-z0-9-]{1,40}$/.test(region)) throw new DeclaredQueueError(name, 'region', `"${region}" is not the name of a Region`);

  const { RedrivePolicy: ownRedrive, ...others } = rendered(queue, 'attribute', queue.attributes ?? {});
  const attributes = isFifoName(name) ? { FifoQueue: 'true', ...others } : others;
  const identity = { account, region, name: required(name, 'name', readNewQueueName(name, attributes)).name };
  const address = queueArn(identity);
  const redrivePolicy = redriveOf(queue, identity, ownRedrive);
  const tags = rendered(queue, 'tag', queue.tags ?? {});
  required(name, 'tags', checkTags(tags) ?? addTags({}, tags, identity.name));
  checkAttributes(name, redrivePolicy === undefined ? attributes : { ...attributes, RedrivePolicy: redrivePolicy });
  return { name, identity, address, attributes, redrivePolicy, tags };
}

/** One by one, so that an error can name the attribute; then together. */
function checkAttributes(name: string, attributes: Readonly<Record<string, string>>): void {
  const kind = kindOf(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    required(name, `attribute ${attribute}`, readAttributes({ [attribute]: value }, kind));
  }
  required(name, 'attributes', mergeAttributes({}, required(name, 'attributes', readAttributes(attributes, kind)), kind));
}

function redriveOf(queue: DeclaredQueue, identity: QueueIdentity, own: string | undefined): string | undefined {
  const { name, deadLetterQueue, maxReceiveCount } = queue;
  if (deadLetterQueue === undefined) {
    if (maxReceiveCount !== undefined) throw new DeclaredQueueError(name, 'maxReceiveCount', 'deadLetterQueue is missing beside it');
    return own;
  }
  if (own !== undefined) throw new DeclaredQueueError(name, 'deadLetterQueue', 'give either this or the attribute RedrivePolicy');
  if (maxReceiveCount === undefined) throw new DeclaredQueueError(name, 'deadLetterQueue', 'maxReceiveCount is missing beside it');
  const target = queueArn({ ...identity, name: deadLetterQueue as QueueIdentity['name'] });
  return JSON.stringify({ deadLetterTargetArn: target, maxReceiveCount });
}

/** YAML has numbers, booleans and maps; AWS has strings. */
function rendered(queue: DeclaredQueue, what: 'attribute' | 'tag', values: Readonly<Record<string, unknown>>): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') strings[name] = String(value);
    else if (what === 'attribute' && typeof value === 'object' && value !== null) strings[name] = JSON.stringify(value);
    else throw new DeclaredQueueError(queue.name, `${what} ${name}`, 'expected a string, a number or a boolean');
  }
  return strings;
}

async function checkTogether(engine: Port, plans: readonly Plan[]): Promise<void> {
  const declared = new Set<string>();
  for (const { name, address } of plans) {
    if (declared.has(address)) throw new DeclaredQueueError(name, undefined, 'is declared twice');
    declared.add(address);
  }
  for (const { name, redrivePolicy } of plans) {
    if (redrivePolicy === undefined || redrivePolicy === '') continue;
    const { deadLetterTargetArn: target } = JSON.parse(redrivePolicy) as { readonly deadLetterTargetArn: QueueAddress };
    if (!declared.has(target) && (await engine.findQueue(target)) === undefined) {
      throw new DeclaredQueueError(name, 'RedrivePolicy', `the dead-letter queue ${target} is neither declared nor there`);
    }
  }
}

async function apply(engine: Port, { name, address, attributes, tags }: Plan): Promise<void> {
  const existing = await engine.findQueue(address);
  if (existing !== undefined) {
    await update(engine, existing, attributes);
    await addMissingTags(engine, existing, tags);
    return;
  }
  const kind = kindOf(name);
  const changes = required(name, 'attributes', readAttributes(attributes, kind));
  const merged = required(name, 'attributes', mergeAttributes({}, changes, kind));
  const outcome = await engine.createQueue(address, queueDefinition(merged, kind, tags));
  switch (outcome.kind) {
    case 'created':
    case 'exists':
      return;
    case 'deletedRecently':
      throw new DeclaredQueueError(name, undefined, 'was deleted less than a minute ago: start again a little later');
    case 'storageFull':
      throw new DeclaredQueueError(name, undefined, 'the disk that holds the queues is nearly full: free some space');
  }
}

async function link(engine: Port, { address, redrivePolicy }: Plan): Promise<void> {
  const queue = redrivePolicy === undefined ? undefined : await engine.findQueue(address);
  if (queue !== undefined && redrivePolicy !== undefined) await update(engine, queue, { RedrivePolicy: redrivePolicy });
}

/** Leaves a queue alone, its time of last modification too, that is as declared already. */
async function update(engine: Port, queue: Queue, attributes: Readonly<Record<string, string>>): Promise<void> {
  const changes = readAttributes(attributes, queue.settings.ordering);
  if (isRefusal(changes)) throw changes;
  if (differingAttribute(queue.properties, changes) !== undefined) await setAttributes(engine, queue, attributes);
}

async function addMissingTags(engine: Port, queue: Queue, tags: Tags): Promise<void> {
  if (Object.entries(tags).every(([key, value]) => queue.tags[key] === value)) return;
  await changeQueue(engine, queue, (current) => {
    const merged = addTags(current.tags, tags, queueNameOf(current.address));
    return isRefusal(merged) ? merged : withTags(current, merged);
  });
}

function required<T>(queue: string, setting: string, value: T | Refusal): T {
  if (isRefusal(value)) throw new DeclaredQueueError(queue, setting, value.message);
  return value;
}

async function refusedAs({ name }: Plan, setting: string | undefined, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (fault) {
    throw isRefusal(fault) ? new DeclaredQueueError(name, setting, fault.message) : fault;
  }
}
