import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Nothing here needs more than Node and npm: it runs on a fresh clone. */

export const root = fileURLToPath(new URL('..', import.meta.url));

/** What runs in the processes of functions, in whatever language: started by its path. */
const bootstrap = 'workers/functions/bootstrap';

/** Installs the packages of package-lock.json unless they are there already. No install scripts are needed. */
export function installIfMissing() {
  if (isInstalled()) return;
  process.stderr.write('signalbox: installing dependencies\n');
  runNpm(['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund']);
}

/** Builds src/ into dist/ unless dist/ is newer than all that it is made of. */
export function buildIfStale() {
  if (builtAt() < newestChange()) build();
}

/**
 * Builds beside dist/ and swaps, so that a failed build leaves the last good one in place. The program is bundled into a few files: Node takes longer to find
 * and load hundreds of small ones than to do all else that a start needs.
 */
export function build() {
  process.stderr.write('signalbox: building\n');
  const startedAt = new Date();
  const fresh = join(root, `.tmp/build-${process.pid}`);
  rmSync(fresh, { recursive: true, force: true });
  const require = createRequire(import.meta.url);
  try {
    const compiler = require.resolve('typescript/bin/tsc');
    run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', fresh, '--noEmitOnError'], process.stderr.fd);
    require('esbuild').buildSync({
      absWorkingDir: root,
      entryPoints: { 'cli/bin': 'src/cli/bin.ts', index: 'src/index.ts' },
      outdir: fresh,
      chunkNames: 'chunks/[name]-[hash]',
      bundle: true,
      splitting: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      sourcemap: true,
      logLevel: 'warning',
    });
    cpSync(join(root, 'src', bootstrap, 'python'), join(fresh, bootstrap, 'python'), { recursive: true });
    require('esbuild').buildSync({
      absWorkingDir: root,
      entryPoints: [`src/${bootstrap}/node/main.cjs`],
      outfile: join(fresh, bootstrap, 'node/main.cjs'),
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node20.19',
      logLevel: 'warning',
    });
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    renameSync(fresh, join(root, 'dist'));
    // What changes while the compiler runs is newer than the build.
    utimesSync(builtFile(), startedAt, startedAt);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** npm keeps beside the packages a list of what it installed: the versions there must be those that are locked. */
function isInstalled() {
  const locked = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (locked === undefined) throw new Error('package-lock.json is missing');
  if (installed === undefined) return false;
  return Object.entries(locked).every(([path, wanted]) => {
    const found = installed[path];
    return path === '' || (found === undefined ? wanted.optional === true : found.version === wanted.version);
  });
}

function packagesOf(file) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

function builtFile() {
  return join(root, 'dist/index.js');
}

function builtAt() {
  return existsSync(builtFile()) ? statSync(builtFile()).mtimeMs : 0;
}

/** A folder's own time tells of files that were removed. */
function newestChange() {
  const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(root, name));
  const source = join(root, 'src');
  const sources = [source, ...readdirSync(source, { recursive: true }).map((name) => join(source, name))];
  return Math.max(...[...files, ...sources].map((path) => statSync(path).mtimeMs));
}

function runNpm(args) {
  const npm = process.env.npm_execpath;
  // npm's own output would stand before that of the program that is to run.
  if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args], process.stderr.fd);
  else run('npm', args, process.stderr.fd, process.platform === 'win32');
}

function run(command, args, output, shell = false) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', output, 'inherit'], shell });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
