import { jsonReply, type Route } from '../../http/ports.js';

export interface IngestKeysPorts {
  create(
    given: unknown,
  ): Promise<
    | { readonly kind: 'created'; readonly key: object; readonly text: string }
    | { readonly kind: 'refused'; readonly problems: readonly string[] }
    | { readonly kind: 'storageFull' }
  >;
  list(which: 'active' | 'revoked', after: string | undefined): Promise<readonly { readonly id: string; readonly name: string }[]>;
  revoke(nameOrId: string): Promise<object | undefined>;
}

/**
 * The API keys of the ingest pipelines, for `signalbox keys`. Who may use these pages can hand in and read every record, so they answer programs on the
 * broker's own machine only.
 */
export function ingestKeysPages(keys: IngestKeysPorts): readonly Route[] {
  return [createPage(keys), listPage(keys), revokePage(keys)];
}

const path = /^\/_signalbox\/ingest\/keys$/;

/** `POST`: makes a key of `{"name", "permissions", "pipelines", "rate", "quota", "key"}` and shows it, this once. */
function createPage(keys: IngestKeysPorts): Route {
  return {
    method: 'POST',
    path,
    localOnly: true,
    handle: async ({ body }) => {
      const created = await keys.create(parsed(body));
      switch (created.kind) {
        case 'created':
          return jsonReply(201, { ...created.key, key: created.text });
        case 'refused':
          return jsonReply(400, { error: created.problems.join('; '), problems: created.problems });
        case 'storageFull':
          return jsonReply(503, { error: 'the disk is nearly full: make room first' });
      }
    },
  };
}

/** `GET`: the valid keys by name, or with `?revoked=true` the revoked ones; `after` is the `next` of the page before, and a page without one is empty. The keys themselves are not known any more. */
function listPage(keys: IngestKeysPorts): Route {
  return {
    method: 'GET',
    path,
    localOnly: true,
    handle: async ({ query }) => {
      const which = query.get('revoked') ?? 'false';
      if (which !== 'true' && which !== 'false')
        return jsonReply(400, { error: `revoked is ${JSON.stringify(which)}: expected true or false` });
      const listed = await keys.list(which === 'true' ? 'revoked' : 'active', query.get('after') ?? undefined);
      const last = listed.at(-1);
      return jsonReply(200, { keys: listed, ...(last !== undefined && { next: which === 'true' ? last.id : last.name }) });
    },
  };
}

/** `DELETE .../NAME` or `.../ID`: from then on the key opens nothing. */
function revokePage(keys: IngestKeysPorts): Route {
  return {
    method: 'DELETE',
    path: /^\/_signalbox\/ingest\/keys\/(?<name>[^/]+)$/,
    localOnly: true,
    handle: async ({ parameters: { name = '' } }) => {
      const revoked = await keys.revoke(name);
      return revoked === undefined
        ? jsonReply(404, { error: `there is no valid API key with the name or id ${JSON.stringify(name)}` })
        : jsonReply(200, revoked);
    },
  };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
