import { jsonReply, type Route } from '../../http/ports.js';

export interface RedrivePort {
  /** Undefined where there is no such pipeline. */
  redriveRecords(request: {
    readonly pipeline: string;
    readonly step: string | undefined;
    readonly after: string | undefined;
  }): Promise<
    | { readonly kind: 'redriven'; readonly part: object }
    | { readonly kind: 'unknownPipeline' }
    | { readonly kind: 'unknownStep'; readonly known: readonly string[] }
  >;
}

/**
 * `POST /_signalbox/ingest/pipelines/{pipeline}/redrive`, for `signalbox ingest redrive`: lets records go on that stand still, a part of them; with
 * `?step=` those of one step. The answer has `looked`, `resumed` and `restarted`, and as long as there is more, the `next` to be sent as `?after=`.
 */
export function ingestRedrivePage(port: RedrivePort): Route {
  return {
    method: 'POST',
    path: /^\/_signalbox\/ingest\/pipelines\/(?<pipeline>[^/]+)\/redrive$/,
    localOnly: true,
    handle: async ({ parameters: { pipeline = '' }, query }) => {
      const step = query.get('step') ?? undefined;
      const outcome = await port.redriveRecords({ pipeline, step, after: query.get('after') ?? undefined });
      switch (outcome.kind) {
        case 'redriven':
          return jsonReply(200, outcome.part);
        case 'unknownPipeline':
          return jsonReply(404, { error: `there is no pipeline ${JSON.stringify(pipeline)}` });
        case 'unknownStep':
          return jsonReply(400, { error: `step is ${JSON.stringify(step)}: expected one of ${outcome.known.join(', ')}` });
      }
    },
  };
}
