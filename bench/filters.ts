import { attributeFacts, bodyFacts, type Facts, type NoFacts } from '../src/services/sns/filter/facts.js';
import { FilterIndex } from '../src/services/sns/filter/filter-index.js';
import { matches } from '../src/services/sns/filter/matcher.js';
import { type FilterPolicy, type FilterScope, isFilterProblem, parseFilterPolicy } from '../src/services/sns/filter/policy.js';
import { median } from './statistics.js';

/**
 * One message against 10,000 filtered subscriptions of which three match: through the index, and by evaluating every policy, which is
 * the baseline. `npm run bench:filters`
 */
const subscriptions = 10_000;
const matching = 3;
const runs = 21;

interface Case {
  readonly name: string;
  readonly scope: FilterScope;
  /** Of the subscription with this number. Three of them match the message. */
  policy(at: number): unknown;
  readonly message: () => Facts | NoFacts;
}

const text = (name: string, value: string) => ({ name, type: 'String', value });
const number = (name: string, value: string) => ({ name, type: 'Number', value });
const third = Math.floor(subscriptions / 3);

const cases: readonly Case[] = [
  {
    name: 'exact values, attributes',
    scope: 'MessageAttributes',
    policy: (at) => ({ event: ['order_placed'], customer: [`customer-${at % third}`, `guest-${at}`] }),
    message: () => attributeFacts([text('event', 'order_placed'), text('customer', 'customer-7'), number('price', '12.50')]),
  },
  {
    name: 'prefixes and suffixes, attributes',
    scope: 'MessageAttributes',
    policy: (at) => ({
      key: [at % 2 === 0 ? { prefix: `tenants/${at}/` } : { suffix: `.${at}.csv` }],
      kind: [{ 'anything-but': ['test'] }],
    }),
    message: () =>
      attributeFacts([{ name: 'key', type: 'String.Array', value: '["tenants/8/x.5.csv","tenants/12/y"]' }, text('kind', 'put')]),
  },
  {
    name: 'numeric ranges, body',
    scope: 'MessageBody',
    policy: (at) => ({ price: [{ numeric: ['>=', at * 10, '<', at * 10 + 30] }], currency: ['EUR'] }),
    message: () => bodyFacts(orderBody(50_025)),
  },
  {
    name: 'nested keys and $or, body',
    scope: 'MessageBody',
    policy: (at) => ({
      order: { $or: [{ id: [`order-${at % third}`] }, { lines: { sku: [{ prefix: `rare-${at}-` }] } }] },
      currency: ['EUR'],
    }),
    message: () => bodyFacts(orderBody(7)),
  },
];

function orderBody(price: number): string {
  const lines = Array.from({ length: 10 }, (_, at) => ({ sku: `sku-${at}`, count: at }));
  return JSON.stringify({ currency: 'EUR', price, order: { id: 'order-9', lines }, note: 'x'.repeat(500) });
}

function parsed({ policy, scope }: Case, at: number): FilterPolicy {
  const result = parseFilterPolicy(JSON.stringify(policy(at)), scope);
  if (isFilterProblem(result)) throw new Error(result.text);
  return result;
}

function factsOf({ message, name }: Case): Facts {
  const facts = message();
  if (typeof facts === 'string') throw new Error(`${name}: ${facts}`);
  return facts;
}

/** Milliseconds, the median of some runs after one that does not count. */
function timed(work: () => unknown): number {
  work();
  return median(
    Array.from({ length: runs }, () => {
      const start = performance.now();
      work();
      return performance.now() - start;
    }),
  );
}

function row(label: string, ...cells: readonly string[]): string {
  return label.padEnd(36) + cells.map((cell) => cell.padStart(14)).join('');
}

console.log(`Node ${process.version}: one message, ${subscriptions.toLocaleString('en')} filtered subscriptions, ${matching} match`);
console.log(row('', 'reading it', 'index', 'one by one', 'ratio', 'parse all', 'add all', 'delete all'));
for (const each of cases) {
  const parseStart = performance.now();
  const policies = Array.from({ length: subscriptions }, (_, at) => parsed(each, at));
  const parseMs = performance.now() - parseStart;
  const index = new FilterIndex<number>();
  const addStart = performance.now();
  for (const [at, policy] of policies.entries()) index.add(at, policy);
  const addMs = performance.now() - addStart;

  const facts = factsOf(each);
  const found = index.match(facts).length;
  const expected = policies.filter((policy) => matches(policy, facts)).length;
  if (found !== matching || expected !== matching) throw new Error(`${each.name}: ${found} found, ${expected} match, not ${matching}`);
  const readingMs = timed(each.message);
  const indexMs = timed(() => index.match(facts));
  const eachMs = timed(() => policies.filter((policy) => matches(policy, facts)));

  const deleteStart = performance.now();
  for (const at of policies.keys()) index.delete(at);
  const deleteMs = performance.now() - deleteStart;
  console.log(
    row(
      each.name,
      `${(readingMs * 1_000).toFixed(0)} us`,
      `${(indexMs * 1_000).toFixed(0)} us`,
      `${eachMs.toFixed(2)} ms`,
      `${(eachMs / indexMs).toFixed(0)}x`,
      `${parseMs.toFixed(0)} ms`,
      `${addMs.toFixed(0)} ms`,
      `${deleteMs.toFixed(0)} ms`,
    ),
  );
}
