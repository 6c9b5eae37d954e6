import { createRealClock } from '../../../src/base/real-clock.js';
import { createRealRandom } from '../../../src/base/real-random.js';
import { createFunctionPool } from '../../../src/workers/functions/function-pool.js';

/** A program to be killed: invokes the function of the folder named, and prints what that logs. */
const [folder = '', temporaryFolder = ''] = process.argv.slice(2);
const functionArn = 'arn:aws:lambda:eu-central-1:000000000000:function:orphan';
const pool = createFunctionPool({
  clock: createRealClock(),
  random: createRealRandom(),
  machine: { node: process.execPath, python: 'python3', variables: {} },
  temporaryFolder,
  runAs: undefined,
  idleMsMax: 60_000,
  processesMax: 8,
  log: ({ text }) => process.stdout.write(`${text}\n`),
});
await pool.invoke({
  environment: {
    key: functionArn,
    folder,
    runtime: 'nodejs',
    handler: 'index.handler',
    functionName: 'orphan',
    version: '$LATEST',
    functionArn,
    memoryMb: 128,
    timeoutMs: 900_000,
    variables: {},
    concurrency: 1,
  },
  requestId: 'r-1',
  payload: Buffer.from('{}'),
  invokedArn: functionArn,
  traceHeader: undefined,
  clientContext: undefined,
  isAwaited: true,
  signal: new AbortController().signal,
});
