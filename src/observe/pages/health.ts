import type { Clock } from '../../base/clock.js';
import { jsonReply, type Route, type RouteReply } from '../../http/ports.js';
import type { Store } from '../../store/store.js';

export interface HealthPorts {
  readonly store: Pick<Store, 'read' | 'space'>;
  readonly clock: Clock;
  readonly startedAt: number;
  readonly version: string;
  /** True from the moment that the broker is asked to stop. */
  readonly stopping: () => boolean;
}

type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/**
 * GET /_signalbox/health: 200 while the broker can serve, 503 while it cannot. `?probe=live` asks only whether the process
 * answers; `?probe=ready` is the same as without. A disk that is nearly full is told, but no reason to be taken out of
 * service: receives and deletes go on.
 */
export function healthPage(ports: HealthPorts): Route {
  return {
    method: 'GET',
    path: /^\/_signalbox\/health$/,
    handle: async ({ query }) => {
      const probe = query.get('probe') ?? 'ready';
      switch (probe) {
        case 'live':
          return reply(ports, 200, { live: true });
        case 'ready': {
          const readiness = await readinessOf(ports);
          return reply(ports, readiness.ready ? 200 : 503, { live: true, ...readiness });
        }
        default:
          return jsonReply(400, { error: `there is no probe ${JSON.stringify(probe)}: pass live or ready` });
      }
    },
  };
}

async function readinessOf({ store, stopping }: HealthPorts): Promise<Readiness> {
  if (stopping()) return { ready: false, reason: 'the broker is stopping' };
  try {
    await store.read([], () => undefined);
    return { ready: true };
  } catch (fault) {
    return { ready: false, reason: fault instanceof Error ? fault.message : String(fault) };
  }
}

function reply({ store, clock, startedAt, version }: HealthPorts, status: number, state: object): RouteReply {
  return jsonReply(status, { ...state, diskSpace: store.space(), uptimeSeconds: Math.round((clock.now() - startedAt) / 1_000), version });
}
