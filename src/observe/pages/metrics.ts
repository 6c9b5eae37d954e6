import type { Route } from '../../http/ports.js';
import type { Metrics, Surveyed } from '../metrics.js';

/** GET /_signalbox/metrics, for Prometheus. */
export function metricsPage(metrics: Metrics, surveyed: Surveyed): Route {
  return {
    method: 'GET',
    path: /^\/_signalbox\/metrics$/,
    handle: async () => {
      const { contentType, text } = await metrics.page(surveyed);
      return { status: 200, contentType, body: text };
    },
  };
}
