import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import type { AccountId, Region } from '../../base/ids.js';
import { LogGroup } from './log-group.js';

/** Whose log it is: a function, by its account, Region and name. */
export interface GroupAddress {
  readonly account: AccountId;
  readonly region: Region;
  readonly functionName: string;
}

/** The logs of all functions, in a folder for each. Nothing is made before the first line of one. */
export class LogGroups {
  /** Those that were looked at; a group that is there on the disk alone is found when it is asked for. */
  readonly #groups = new Map<string, LogGroup>();

  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly report: (what: string, fault: unknown) => void,
  ) {}

  /** Made where it is missing: for who writes. */
  of(address: GroupAddress): LogGroup {
    const path = this.#pathOf(address);
    const known = this.#groups.get(path);
    if (known !== undefined) return known;
    const group = new LogGroup(path, this.clock, (fault) => this.report(`writing the log of the function ${address.functionName}`, fault));
    this.#groups.set(path, group);
    return group;
  }

  /** Undefined where the function has never logged a line. */
  async find(address: GroupAddress): Promise<LogGroup | undefined> {
    return this.#groups.get(this.#pathOf(address)) ?? ((await this.createdAt(address)) === undefined ? undefined : this.of(address));
  }

  /** Epoch milliseconds. */
  async createdAt(address: GroupAddress): Promise<number | undefined> {
    const found = await stat(this.#pathOf(address)).catch(() => undefined);
    return found === undefined ? undefined : Math.floor(found.birthtimeMs || found.ctimeMs);
  }

  /** Names of functions that have a log, in order. */
  async list(account: AccountId, region: Region): Promise<readonly string[]> {
    const names = await readdir(join(this.folder, account, region)).catch(() => []);
    return names.map(functionNameOf).sort();
  }

  /** Whether there was one. What is logged later begins a new one. */
  async remove(address: GroupAddress): Promise<boolean> {
    const group = await this.find(address);
    if (group === undefined) return false;
    await group.flushed();
    this.#groups.delete(this.#pathOf(address));
    await rm(this.#pathOf(address), { recursive: true, force: true });
    return true;
  }

  async flushed(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((group) => group.flushed()));
  }

  #pathOf({ account, region, functionName }: GroupAddress): string {
    return join(this.folder, account, region, folderNameOf(functionName));
  }
}

/** Some disks take names that differ in case only for the same; `~` is in no function's name. */
function folderNameOf(functionName: string): string {
  return functionName.replaceAll(/[A-Z]/g, (letter) => `~${letter.toLowerCase()}`);
}

function functionNameOf(folderName: string): string {
  return folderName.replaceAll(/~([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
