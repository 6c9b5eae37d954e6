import { jsonReply, type Route } from '../../http/ports.js';

export interface PushPagePorts {
  /** The last notifications to devices, and those that wait: all, or those to one endpoint. */
  pushes(endpoint: string | undefined): Promise<object>;
}

/** `GET /_signalbox/push`: the last notifications to apps on devices, and those that wait; `?endpoint=` those to the endpoint with this ARN. */
export function pushPage({ pushes }: PushPagePorts): Route {
  return {
    method: 'GET',
    path: /^\/_signalbox\/push$/,
    handle: async ({ query }) => jsonReply(200, await pushes(query.get('endpoint') ?? undefined)),
  };
}
