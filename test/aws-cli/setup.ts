import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const warmCli = fileURLToPath(new URL('warm-cli.py', import.meta.url));

let folder: string | undefined;

/** Puts the AWS CLI that is kept warm in the place of the installed one, for every test of this run, where that one can be (version 1). */
export async function setup(): Promise<void> {
  const python = await pythonOfTheCli();
  if (python === undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'signalbox-cli-'));
  await writeFile(join(folder, 'aws'), `#!/bin/sh\nexec '${python}' -IS '${warmCli}' '${folder}' "$@"\n`, { mode: 0o755 });
  process.env.PATH = `${folder}${delimiter}${process.env.PATH}`;
}

/** The warm process ends when its folder is gone. */
export async function teardown(): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true });
}

async function pythonOfTheCli(): Promise<string | undefined> {
  const find = 'import sys, importlib.util as i; print(sys.executable if i.find_spec("awscli") and sys.platform == "linux" else "")';
  const { stdout } = await run('python3', ['-c', find]).catch(() => ({ stdout: '' }));
  return stdout.trim() || undefined;
}
