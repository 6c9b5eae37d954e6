import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createSubject, isAlive, until } from './subject.js';

/** AWS Lambda developer guide, "Building Lambda functions with Python". */

const python = { runtime: 'python', handler: 'app.handler' } as const;
const missing = spawnSync('python3', ['--version']).error !== undefined;

describe.skipIf(missing)('Python 3 (skipped where python3 is missing)', () => {
  test('a handler answers, and the process is used again', async () => {
    const { define } = await createSubject();
    const { invoke } = await define(
      {
        'app.py': `
import os
calls = 0
def handler(event, context):
    global calls
    calls += 1
    return {"event": event, "calls": calls, "name": context.function_name, "memory": context.memory_limit_in_mb,
            "version": context.function_version, "arn": context.invoked_function_arn, "id": context.aws_request_id,
            "left": 0 < context.get_remaining_time_in_millis() <= 10000, "group": context.log_group_name,
            "trace": os.environ.get("_X_AMZN_TRACE_ID"), "custom": context.client_context and context.client_context.custom}
`,
      },
      python,
    );
    const expected = {
      event: { order: 'grüße' },
      calls: 1,
      name: 'function-0',
      memory: '128',
      version: '$LATEST',
      arn: 'arn:aws:lambda:eu-central-1:000000000000:function:function-0',
      id: 'r-1',
      left: true,
      group: '/aws/lambda/function-0',
      trace: 'Root=1-2',
      custom: { a: 1 },
    };
    const event = { order: 'grüße' };
    const first = await invoke({ event, requestId: 'r-1', traceHeader: 'Root=1-2', clientContext: '{"custom":{"a":1}}' });
    expect(first).toMatchObject({ kind: 'answered', value: expected });
    const second = await invoke({ event, requestId: 'r-2' });
    expect(second).toMatchObject({ kind: 'answered', initMs: undefined });
    expect(second.value).toEqual({ ...expected, calls: 2, id: 'r-2', trace: null, custom: null });
  });

  test('what a handler raises is the answer of a failure', async () => {
    const { define } = await createSubject();
    const { spec, invoke } = await define({ 'app.py': "def handler(event, context):\n    raise ValueError('too far')\n" }, python);
    const { kind, value, log } = await invoke({ requestId: 'r-1' });
    const frame = `  File "${spec.folder}/app.py", line 2, in handler\n    raise ValueError('too far')\n`;
    expect({ kind, value }).toEqual({
      kind: 'failed',
      value: { errorMessage: 'too far', errorType: 'ValueError', requestId: 'r-1', stackTrace: [frame] },
    });
    expect(log).toContain('[ERROR] ValueError: too far\rTraceback (most recent call last):\r');
  });

  test.each<[name: string, file: string, handler: string, errorType: string, message: RegExp]>([
    [
      'a module that is not there',
      '',
      'other.handler',
      'Runtime.ImportModuleError',
      /^Unable to import module 'other': No module named 'other'$/,
    ],
    [
      'an import that is not there',
      'import absent',
      'app.handler',
      'Runtime.ImportModuleError',
      /^Unable to import module 'app': No module named 'absent'$/,
    ],
    ['code that cannot be parsed', 'def handler(', 'app.handler', 'Runtime.UserCodeSyntaxError', /^Syntax error in module 'app': /],
    ['no function', 'other = 1', 'app.handler', 'Runtime.HandlerNotFound', /^Handler 'handler' missing on module 'app'$/],
    ['a handler name without a dot', '', 'app', 'Runtime.MalformedHandlerName', /^Bad handler 'app': /],
    ["Python's own module", '', 'sys.exit', 'Runtime.BuiltInModuleConflict', /sys/],
    ['code that raises', "raise ValueError('at start')", 'app.handler', 'ValueError', /^at start$/],
  ])('%s fails each invocation with what the runtime says', async (_, file, handler, errorType, message) => {
    const { define } = await createSubject();
    const { invoke } = await define({ 'app.py': file }, { ...python, handler });
    const { kind, value } = await invoke();
    expect({ kind, value }).toMatchObject({
      kind: 'failed',
      value: { errorType, errorMessage: expect.stringMatching(message), requestId: '' },
    });
  });

  test('a handler in a folder is found, by slashes or dots', async () => {
    const { define } = await createSubject();
    const files = {
      'src/app.py': 'from src.text import text\ndef handler(event, context):\n    return text\n',
      'src/text.py': "text = 'here'\n",
    };
    for (const handler of ['src/app.handler', 'src.app.handler']) {
      expect(await (await define(files, { ...python, handler })).invoke()).toMatchObject({ kind: 'answered', value: 'here' });
    }
  });

  test.each<[name: string, result: string, expected: object]>([
    ['nothing', 'None', { kind: 'answered', payload: 'null' }],
    ['a decimal', '__import__("decimal").Decimal("1.5")', { kind: 'answered', value: 1.5 }],
    ['bytes', 'b\'{"raw": 1}\'', { kind: 'answered', payload: '{"raw": 1}' }],
    [
      'what is no JSON',
      'object()',
      {
        kind: 'failed',
        value: { errorType: 'Runtime.MarshalError', errorMessage: expect.stringMatching(/^Unable to marshal response: /) },
      },
    ],
    [
      'its end',
      '__import__("sys").exit(3)',
      { kind: 'failed', value: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/exit status 3$/) } },
    ],
  ])('a handler may answer %s', async (_, result, expected) => {
    const { define } = await createSubject();
    const { invoke } = await define({ 'app.py': `def handler(event, context):\n    return ${result}\n` }, python);
    expect(await invoke()).toMatchObject(expected);
  });

  test('text is escaped before Python 3.12 and written as it is from then on', async () => {
    const { define } = await createSubject();
    const files = { 'app.py': "def handler(event, context):\n    return 'ü'\n" };
    const of = async (name: string) =>
      (await define(files, { ...python, variables: { AWS_EXECUTION_ENV: `AWS_Lambda_python${name}` } })).invoke();
    expect((await of('3.11')).payload).toBe('"\\u00fc"');
    expect((await of('3.12')).payload).toBe('"ü"');
  });

  test('what a handler prints and logs is in the log', async () => {
    const { define } = await createSubject();
    const app =
      "import logging\ndef handler(event, context):\n    print('printed')\n    logging.warning('noted')\n    logging.info('not asked for')\n";
    const { invoke } = await define({ 'app.py': app }, python);
    const { log } = await invoke({ requestId: 'r-1' });
    expect(log).toMatch(/^START .*\nprinted\n\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tr-1\tnoted\nEND /);
  });

  test('a handler that hangs is ended at its time-out', async () => {
    const { define, lines } = await createSubject();
    const app = 'import os\ndef handler(event, context):\n    print("pid", os.getpid())\n    while True: pass\n';
    const { invoke } = await define({ 'app.py': app }, { ...python, timeoutMs: 1_000 });
    expect(await invoke()).toMatchObject({ kind: 'failed', value: { errorType: 'Sandbox.Timedout' } });
    const [, pid] = /pid (\d+)/.exec(lines.map(({ text }) => text).join('\n')) ?? [];
    await until(() => !isAlive(Number(pid)));
  });
});
