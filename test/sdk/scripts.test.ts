import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, it, type TestContext } from 'vitest';
import { startSignalbox } from '../../src/index.js';

const run = promisify(execFile);
/** A call of the AWS CLI takes a second, and several where the machine has other work. */
const scriptMsMax = 180_000;
const versionMsMax = 10_000;

/** Skips the test where a command that the script needs is not there. */
async function needs(skip: TestContext['skip'], what: string, file: string, args: readonly string[]): Promise<void> {
  const isThere = await run(file, [...args], { timeout: versionMsMax }).then(
    () => true,
    () => false,
  );
  skip(!isThere, `${what} is not installed`);
}

/** Runs a script of this folder against a broker; what it wrote is the reason when it fails. */
async function runAgainstBroker(command: string, script: string): Promise<void> {
  await using broker = await startSignalbox({ testClock: true });
  const path = fileURLToPath(new URL(script, import.meta.url));
  const env = { ...process.env, AWS_ENDPOINT_URL: broker.url, NO_PROXY: '127.0.0.1' };
  await run(command, [path], { env, timeout: scriptMsMax }).catch((fault: { stdout: string; stderr: string }) => {
    throw new Error(`${script} failed\n${fault.stdout}${fault.stderr}`, { cause: fault });
  });
}

describe('a session of another client', () => {
  it('with the AWS CLI', { timeout: scriptMsMax }, async ({ skip }) => {
    await needs(skip, 'bash', 'bash', ['--version']);
    await needs(skip, 'the AWS CLI', 'aws', ['--version']);
    await runAgainstBroker('bash', 'aws-cli.sh');
  });

  it('with the AWS CLI: topics', { timeout: scriptMsMax }, async ({ skip }) => {
    await needs(skip, 'bash', 'bash', ['--version']);
    await needs(skip, 'curl', 'curl', ['--version']);
    await needs(skip, 'the AWS CLI', 'aws', ['--version']);
    await runAgainstBroker('bash', 'sns/aws-cli.sh');
  });

  it('with the AWS CLI: archive and replay', { timeout: scriptMsMax }, async ({ skip }) => {
    await needs(skip, 'bash', 'bash', ['--version']);
    await needs(skip, 'jq', 'jq', ['--version']);
    await needs(skip, 'the AWS CLI', 'aws', ['--version']);
    await runAgainstBroker('bash', 'sns/aws-cli-replay.sh');
  });

  it('with boto3, client and resource', { timeout: scriptMsMax }, async ({ skip }) => {
    await needs(skip, 'boto3', 'python3', ['-c', 'import boto3']);
    await runAgainstBroker('python3', 'boto3-session.py');
  });

  it('with the AWS CLI: functions', { timeout: scriptMsMax }, async ({ skip }) => {
    await needs(skip, 'bash', 'bash', ['--version']);
    await needs(skip, 'curl', 'curl', ['--version']);
    await needs(skip, 'python3', 'python3', ['--version']);
    await needs(skip, 'the AWS CLI', 'aws', ['--version']);
    await runAgainstBroker('bash', 'functions/aws-cli.sh');
  });

  it('with boto3: functions', { timeout: scriptMsMax }, async ({ skip }) => {
    await needs(skip, 'boto3', 'python3', ['-c', 'import boto3']);
    await runAgainstBroker('python3', 'functions/boto3-session.py');
  });

  it('with boto3, client and resource: topics', { timeout: scriptMsMax }, async ({ skip }) => {
    await needs(skip, 'boto3', 'python3', ['-c', 'import boto3']);
    await runAgainstBroker('python3', 'sns/boto3-session.py');
  });

  it('with boto3: a producer and a subscriber of the sample pipeline', { timeout: scriptMsMax }, async ({ skip }) => {
    await needs(skip, 'boto3', 'python3', ['-c', 'import boto3']);
    await runAgainstBroker('python3', 'ingest/boto3-session.py');
  });
});
