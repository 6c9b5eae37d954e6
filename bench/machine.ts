import { readFileSync, statfsSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';

/** Where the numbers were taken. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  /** Of the data folder: what fsync costs depends on it. */
  readonly filesystem: string;
  readonly node: string;
}

export function describeMachine(dataFolder: string): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    filesystem: filesystemOf(dataFolder),
    node: process.version,
  };
}

/** The mount that holds the folder: the longest mount point that is a prefix of it. */
function filesystemOf(folder: string): string {
  try {
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, point = '']) => point === '/' || folder === point || (point !== '' && folder.startsWith(`${point}/`)))
      .sort(([, a = ''], [, b = '']) => b.length - a.length);
    const [device, , type] = mounts[0] ?? [];
    return device === undefined ? 'unknown' : `${type} on ${device}`;
  } catch {
    return `type 0x${statfsSync(folder).type.toString(16)}`;
  }
}
