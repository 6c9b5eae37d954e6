import { jsonReply, type Route } from '../../http/ports.js';

export interface FunctionLogs {
  /** Lines from a time on (epoch milliseconds), or those after a page; undefined where the function has no log. */
  read(
    functionArn: string,
    asked: { readonly since: number; readonly cursor: string | undefined },
  ): Promise<Page | 'badCursor' | undefined>;
}

interface Page {
  readonly lines: readonly { readonly at: number; readonly stream: string; readonly text: string }[];
  readonly cursor: string;
  readonly more: boolean;
}

/**
 * `GET /_signalbox/functions/{account}/{region}/{name}/logs`: the log of a function, the oldest line first. `since` is a time (ISO 8601), `cursor` that of the page
 * before: it is there on the last page too, for who waits for more.
 */
export function functionLogsPage(logs: FunctionLogs): Route {
  return {
    method: 'GET',
    path: /^\/_signalbox\/functions\/(?<account>\d{12})\/(?<region>[a-z0-9-]{1,40})\/(?<name>[a-zA-Z0-9-_]{1,64})\/logs$/,
    handle: async ({ parameters: { account = '', region = '', name = '' }, query }) => {
      const since = query.get('since') === null ? 0 : Date.parse(query.get('since') ?? '');
      if (Number.isNaN(since)) return jsonReply(400, { error: 'since must be a time such as 2026-01-01T12:00:00Z' });
      const functionArn = `arn:aws:lambda:${region}:${account}:function:${name}`;
      const page = await logs.read(functionArn, { since, cursor: query.get('cursor') ?? undefined });
      if (page === 'badCursor') return jsonReply(400, { error: 'cursor must be the one of an earlier page' });
      if (page === undefined)
        return jsonReply(404, { error: `there is no log of a function ${name} of account ${account} in ${region}: it has not run yet` });
      const lines = page.lines.map(({ at, stream, text }) => ({ at: new Date(at).toISOString(), stream, text }));
      return jsonReply(200, { lines, cursor: page.cursor, more: page.more });
    },
  };
}
