import { type ChildProcess, spawn } from 'node:child_process';

/** Ends process groups when the broker is gone, however it went. */
export interface OrphanGuard {
  /** Until it is disposed of, the group ends with the broker. */
  guard(pid: number): Disposable;
  close(): void;
}

/**
 * Reads which groups there are until the broker's end of the pipe is closed, which the kernel does when nobody else can. Then ends them.
 * A process of a function cannot be asked to look itself: it may hang, or be a program that knows nothing of it.
 */
const program = `
trap '' HUP INT TERM
groups=' '
while read -r change group; do
  case $change in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -KILL -"$group"; done
`;

export function createOrphanGuard(): OrphanGuard {
  const groups = new Set<number>();
  let child: ChildProcess | undefined;
  let closed = false;
  const tell = (text: string): void => {
    child?.stdin?.write(text);
  };
  const start = (): void => {
    if (closed || child !== undefined) return;
    child = spawn('/bin/sh', ['-c', program], { cwd: '/', env: {}, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    child.unref();
    child.stdin?.on('error', () => {}); // told by exit
    child.on('error', () => {}); // without a shell there is no guard, but functions run
    child.once('exit', (_, signal) => {
      child = undefined;
      if (signal !== null) start(); // somebody has ended it
    });
    for (const pid of groups) tell(`+ ${pid}\n`);
  };
  return {
    guard(pid) {
      start();
      groups.add(pid);
      tell(`+ ${pid}\n`);
      return {
        [Symbol.dispose]() {
          groups.delete(pid);
          tell(`- ${pid}\n`);
        },
      };
    },
    close() {
      closed = true;
      child?.stdin?.end();
    },
  };
}
