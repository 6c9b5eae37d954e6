import { pathMembers } from '../wire/rest-json.js';
import type { RestBinding } from '../wire/service.js';

/** Finds operations by method and path: among those of one method and API version, which are few, by the form of the path. */
export class RestRoutes<T> {
  readonly #routes = new Map<string, { readonly pattern: RegExp; readonly names: readonly string[]; readonly target: T }[]>();

  add({ method, path }: RestBinding, target: T): void {
    const form = path.replace(/[.$]/g, '\\$&').replace(/\{\w+\}/g, '([^/]+)');
    const route = { pattern: new RegExp(`^${form}/?$`), names: pathMembers(path), target };
    const key = `${method} ${versionOf(path)}`;
    const sharing = this.#routes.get(key);
    if (sharing === undefined) this.#routes.set(key, [route]);
    else sharing.push(route);
  }

  /** With the values in the path as they stand there. */
  find(method: string | undefined, path: string): { readonly target: T; readonly values: Readonly<Record<string, string>> } | undefined {
    for (const { pattern, names, target } of this.#routes.get(`${method} ${versionOf(path)}`) ?? []) {
      const values = pattern.exec(path);
      if (values !== null) return { target, values: Object.fromEntries(names.map((name, index) => [name, values[index + 1] ?? ''])) };
    }
    return undefined;
  }
}

/** Paths of REST begin with the date of an API version; no queue's path does. */
const restPath = /^\/\d{4}-\d{2}-\d{2}\//;

export function isRestPath(url: string): boolean {
  return restPath.test(url);
}

function versionOf(path: string): string {
  return path.slice(1, 11);
}
