import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildIfStale, installIfMissing } from '../scripts/prepare.mjs';

/**
 * Plays the example of a folder: installs and builds what is missing, starts a broker with the folder's signalbox.yaml that keeps everything in
 * memory, and runs the folder's example.mjs against it.
 *
 * @param {string} run the URL of the run.mjs of the folder
 */
export async function play(run) {
  installIfMissing();
  buildIfStale();
  const { startSignalbox } = await import('../dist/index.js');
  const { example } = await import(new URL('example.mjs', run).href);
  const broker = await startSignalbox({ config: fileURLToPath(new URL('signalbox.yaml', run)) });
  try {
    await example({
      broker,
      // What the clients of AWS are told, and nothing else of this file: any access key will do.
      client: { endpoint: broker.url, region: 'us-east-1', credentials: { accessKeyId: 'any', secretAccessKey: 'any' } },
    });
  } finally {
    await broker.stop();
  }
}

/** Asks again and again until the answer is something. */
export async function until(ask, betweenMs = 50) {
  for (let asked = 0; asked * betweenMs < 60_000; asked++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(betweenMs);
  }
  throw new Error('waited for a minute in vain');
}

/** The same while time flies: between two questions the broker's clock jumps ahead by some seconds. */
export function untilLater({ clock }, ask, seconds = 10) {
  return until(async () => {
    const answer = await ask();
    if (answer === undefined) clock.advance(seconds * 1_000);
    return answer;
  });
}
