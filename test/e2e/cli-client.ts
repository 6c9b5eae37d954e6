import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Call } from './session.js';

const run = promisify(execFile);
const commandMsMax = 20_000;

/** Nothing of the person who runs the test, no pager, text in UTF-8. */
const settings = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_PAGER: '',
  NO_PROXY: '127.0.0.1',
  PYTHONUTF8: '1',
} as const;

export async function isCliInstalled(): Promise<boolean> {
  return run('aws', ['--version'], { timeout: commandMsMax }).then(
    () => true,
    () => false,
  );
}

/** Calls through the AWS CLI, one process each. */
export function cliCall(endpoint: () => string): Call {
  return async (operation, input) => {
    const command = operation.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase();
    const args = ['--endpoint-url', endpoint(), '--output', 'json', 'sqs', command, '--cli-input-json', JSON.stringify(input)];
    const { stdout } = await run('aws', args, { env: { ...process.env, ...settings }, timeout: commandMsMax });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
}
