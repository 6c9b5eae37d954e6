import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createSubject } from './subject.js';

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
            "id": context.aws_request_id, "trace": os.environ.get("_X_AMZN_TRACE_ID"), "custom": context.client_context.custom}
`,
      },
      python,
    );
    const call = { event: { order: 1 }, requestId: 'r-1', traceHeader: 'Root=1-2', clientContext: '{"custom":{"a":1}}' };
    const expected = { event: { order: 1 }, name: 'function-0', memory: '128', id: 'r-1', trace: 'Root=1-2', custom: { a: 1 } };
    expect(await invoke(call)).toMatchObject({ kind: 'answered', value: { ...expected, calls: 1 } });
    expect(await invoke(call)).toMatchObject({ kind: 'answered', value: { ...expected, calls: 2 }, initMs: undefined });
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
});
