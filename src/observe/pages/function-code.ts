import { jsonReply, type Route } from '../../http/ports.js';

/** Who has the packages of functions. */
export interface FunctionPackages {
  /** As it was uploaded; undefined when there is none of this digest. */
  packageOf(sha256: string): Promise<Buffer | undefined>;
}

/** `GET /_signalbox/functions/code/<sha256>.zip`: what the `Location` of GetFunction leads to. Who knows the digest has seen the code. */
export function functionCodePage(packages: FunctionPackages): Route {
  return {
    method: 'GET',
    path: /^\/_signalbox\/functions\/code\/(?<sha256>[0-9a-f]{64})\.zip$/,
    handle: async ({ parameters }) => {
      const body = await packages.packageOf(parameters.sha256 ?? '');
      return body === undefined
        ? jsonReply(404, { error: 'there is no such package' })
        : { status: 200, contentType: 'application/zip', body };
    },
  };
}
