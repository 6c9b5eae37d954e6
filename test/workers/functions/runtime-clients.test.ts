import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { createSubject } from './subject.js';

/**
 * The runtime clients that AWS publishes, unchanged, in functions of `provided`. That for Node (npm `aws-lambda-ric`) is not among them: it compiles a native module in
 * scripts of its installation, which are disabled here.
 */
const run = promisify(execFile);
const compileMsMax = 180_000;

async function needs(skip: TestContext['skip'], what: string, file: string, args: readonly string[]): Promise<void> {
  const isThere = await run(file, [...args]).then(
    () => true,
    () => false,
  );
  skip(!isThere, `${what} is not installed`);
}

/** With what the tests were started with: it may say where the client is. */
const { PYTHONPATH } = process.env;

const app = `
import logging
logging.getLogger().setLevel(logging.INFO)
def handler(event, context):
    logging.info('got %s', event)
    if event == 'bad':
        raise ValueError('too far')
    return {'event': event, 'id': context.aws_request_id, 'name': context.function_name, 'left': context.get_remaining_time_in_millis() > 1000}
`;

test("Python's awslambdaric", async ({ skip }) => {
  await needs(skip, 'awslambdaric', 'python3', ['-c', 'import awslambdaric']);
  const { define } = await createSubject();
  const { spec, invoke } = await define(
    { 'app.py': app, bootstrap: '#!/bin/sh\nexec python3 -m awslambdaric app.handler\n' },
    { runtime: 'provided', handler: 'app.handler', ...(PYTHONPATH !== undefined && { variables: { PYTHONPATH } }) },
  );
  const answered = await invoke({ requestId: 'r-1', event: { a: 'ü' } });
  expect(answered).toMatchObject({
    kind: 'answered',
    value: { event: { a: 'ü' }, id: 'r-1', name: spec.functionName, left: true },
  });
  expect(answered.log).toMatch(/\[INFO\]\t\S+Z\tr-1\tgot \{'a': 'ü'\}/);
  const failed = await invoke({ requestId: 'r-2', event: 'bad' });
  expect(failed).toMatchObject({ kind: 'failed', value: { errorType: 'ValueError', errorMessage: 'too far', requestId: 'r-2' } });
  expect((await invoke({ event: [] })).kind).toBe('answered');
});

test("Python's awslambdaric, with a handler that cannot be imported", async ({ skip }) => {
  await needs(skip, 'awslambdaric', 'python3', ['-c', 'import awslambdaric']);
  const { define } = await createSubject();
  const { invoke } = await define(
    { bootstrap: '#!/bin/sh\nexec python3 -m awslambdaric absent.handler\n' },
    { runtime: 'provided', ...(PYTHONPATH !== undefined && { variables: { PYTHONPATH } }) },
  );
  expect(await invoke()).toMatchObject({ kind: 'failed', value: { errorType: 'Runtime.ImportModuleError' } });
});

test("Go's aws-lambda-go", { timeout: compileMsMax }, async ({ skip }) => {
  skip(process.env.SIGNALBOX_GO_CLIENT !== '1', 'compiles for a minute, and downloads the client: SIGNALBOX_GO_CLIENT=1 runs it');
  await needs(skip, 'Go', 'go', ['version']);
  const built = await mkdtemp(join(tmpdir(), 'signalbox-go-'));
  onTestFinished(() => rm(built, { recursive: true }));
  const program = join(built, 'bootstrap');
  const cwd = fileURLToPath(new URL('go', import.meta.url));
  await run('go', ['build', '-tags', 'lambda.norpc', '-o', program, '.'], { cwd });
  const { define } = await createSubject();
  const { invoke } = await define({ bootstrap: `#!/bin/sh\nexec ${program}\n` }, { runtime: 'provided' });
  expect(await invoke({ requestId: 'r-1', event: { Records: [{ body: 'ü' }] } })).toMatchObject({
    kind: 'answered',
    value: { body: 'ü', id: 'r-1' },
  });
  expect(await invoke({ event: {} })).toMatchObject({ kind: 'failed', value: { errorType: 'errorString', errorMessage: 'no records' } });
});
