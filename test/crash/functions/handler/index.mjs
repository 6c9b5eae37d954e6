// @ts-check
/**
 * The function of a campaign. It writes down what it begins and what it takes, into a file that outlives it, and fails in every way that a
 * function can: at random, and always for messages that are bad. Sooner or later each of its processes is killed, whatever it does then.
 */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { RECORD = '', SOURCE = '' } = process.env;
const livesMsMin = 1_000;
const livesMsMax = 8_000;

setTimeout(() => process.kill(process.pid, 'SIGKILL'), livesMsMin + Math.random() * (livesMsMax - livesMsMin)).unref();
if (Math.random() < 0.03) throw new Error('the start fails');

/** @param {{ Records?: { messageId: string, body: string, attributes: { MessageGroupId?: string } }[], body?: string }} event */
export async function handler(event) {
  if (event.Records === undefined) return work(event.body ?? '');
  return SOURCE === 'ordered' ? inOrder(event.Records) : atOnce(event.Records);
}

/** @param {{ messageId: string, body: string }[]} records */
async function atOnce(records) {
  const results = await Promise.allSettled(records.map(({ body }) => work(body)));
  return answer(records.filter((_, index) => results[index]?.status === 'rejected'));
}

/** What follows a failure in its group fails with it. @param {{ messageId: string, body: string, attributes: { MessageGroupId?: string } }[]} records */
async function inOrder(records) {
  const failed = [];
  const groups = new Set();
  for (const record of records) {
    const { MessageGroupId: group } = record.attributes;
    const works = !groups.has(group) && (await work(record.body).then(always, never));
    if (works) continue;
    groups.add(group);
    failed.push(record);
  }
  return answer(failed);
}

/** @param {{ messageId: string }[]} failed */
function answer(failed) {
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

const always = () => true;
const never = () => false;

/** @param {string} body */
async function work(body) {
  const message = body.slice(0, body.indexOf('|'));
  write('began', message, body);
  const drawn = Math.random();
  if (drawn < 0.004) await new Promise(() => setInterval(() => {}, 1_000));
  if (drawn < 0.008) process.exit(1);
  if (drawn < 0.05 || isBad(message)) throw new Error('no');
  if (drawn < 0.2) await sleep(Math.random() * 300);
  write('took', message, body);
  return message;
}

/** As `history.ts` has it. @param {string} message */
function isBad(message) {
  return /[05]3$/.test(message);
}

/**
 * @param {'began' | 'took'} kind
 * @param {string} message
 * @param {string} body
 */
function write(kind, message, body) {
  const digest = createHash('md5').update(body).digest('hex');
  appendFileSync(RECORD, `${JSON.stringify({ kind, source: SOURCE, message, digest })}\n`);
}
