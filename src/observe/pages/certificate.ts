import { jsonReply, type Route } from '../../http/ports.js';

/** Who has the certificates. */
export interface Certificates {
  /** In PEM; undefined when there is none of this name. */
  certificate(name: string): Promise<string | undefined>;
}

/** `GET /SimpleNotificationService-<name>.pem`: what the signatures of SNS are verified with. */
export function certificatePage(certificates: Certificates): Route {
  return {
    method: 'GET',
    path: /^\/SimpleNotificationService-(?<name>[0-9a-f]{32})\.pem$/,
    handle: async ({ parameters }) => {
      const pem = await certificates.certificate(parameters.name ?? '');
      if (pem === undefined) return jsonReply(404, { error: 'there is no certificate of this name' });
      return { status: 200, contentType: 'application/x-pem-file', body: pem };
    },
  };
}
