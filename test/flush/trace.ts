/** One system call of a trace by `strace -f -ttt`. Times are line numbers: the order in which the calls began and returned. */
export interface SystemCall {
  readonly name: string;
  readonly descriptor: number | undefined;
  readonly text: string;
  readonly beganAt: number;
  readonly returnedAt: number;
  readonly result: string;
}

/** In the order in which they returned. Calls that never did are left out. */
export function parseTrace(trace: string): readonly SystemCall[] {
  const calls: SystemCall[] = [];
  /** By thread: where a call that others ran into began. */
  const unfinished = new Map<string, { readonly beganAt: number; readonly text: string }>();
  for (const [line, text] of trace.split('\n').entries()) {
    const [, thread = '', event = ''] = /^(\d+) +[\d.]+ (.*)$/.exec(text) ?? [];
    const begun = /^(.*) <unfinished \.\.\.>$/.exec(event)?.[1];
    if (begun !== undefined) {
      unfinished.set(thread, { beganAt: line, text: begun });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(event)?.[1];
    const start = resumed === undefined ? { beganAt: line, text: '' } : unfinished.get(thread);
    if (start === undefined) continue;
    const call = parseCall(`${start.text}${resumed ?? event}`, start.beganAt, line);
    if (call !== undefined) calls.push(call);
  }
  return calls;
}

function parseCall(text: string, beganAt: number, returnedAt: number): SystemCall | undefined {
  const [, name, args = '', result] = /^(\w+)\((.*)\) += (\S+)/s.exec(text) ?? [];
  if (name === undefined || result === undefined) return undefined;
  const descriptor = /^\d+/.exec(args)?.[0];
  return { name, descriptor: descriptor === undefined ? undefined : Number(descriptor), text, beganAt, returnedAt, result };
}

/** An answer that says yes to a POST, and the call that read the request's first bytes. */
export interface Exchange {
  readonly request: SystemCall;
  readonly answer: SystemCall;
}

export function exchangesOf(calls: readonly SystemCall[]): readonly Exchange[] {
  const open = new Map<number, SystemCall>();
  const exchanges: Exchange[] = [];
  for (const call of calls) {
    if (call.descriptor === undefined) continue;
    if (call.name === 'read' && call.text.includes('"POST / HTTP')) open.set(call.descriptor, call);
    const request = open.get(call.descriptor);
    if (request === undefined || !call.name.startsWith('write') || !call.text.includes('"HTTP/1.1 200')) continue;
    exchanges.push({ request, answer: call });
    open.delete(call.descriptor);
  }
  return exchanges;
}

/** When each commit of the database was on the disk: its pages by fdatasync, then its root by a write to a descriptor that syncs. */
export function commitsOf(
  calls: readonly SystemCall[],
  database: string,
): readonly { readonly beganAt: number; readonly durableAt: number }[] {
  const opened = calls.filter(({ name, text, result }) => name === 'openat' && text.includes(`${database}"`) && Number(result) >= 0);
  const syncing = new Set(opened.filter(({ text }) => text.includes('O_DSYNC')).map(({ result }) => Number(result)));
  const plain = new Set(opened.filter(({ text }) => !text.includes('O_DSYNC')).map(({ result }) => Number(result)));
  const flushes = calls.filter(({ name, descriptor = -1, result }) => name === 'fdatasync' && plain.has(descriptor) && result === '0');
  const roots = calls.filter(({ name, descriptor = -1 }) => name.startsWith('pwrite') && syncing.has(descriptor));
  return flushes.flatMap((flush) => {
    const root = roots.find(({ beganAt }) => beganAt > flush.returnedAt);
    return root === undefined ? [] : [{ beganAt: flush.beganAt, durableAt: root.returnedAt }];
  });
}
