// @ts-check
'use strict';

const { Agent, request } = require('node:http');

/**
 * @typedef {object} Invocation
 * @property {string} requestId
 * @property {string} payload JSON
 * @property {number} deadlineMs epoch
 * @property {string} invokedArn
 * @property {string | undefined} traceId
 * @property {string | undefined} clientContext JSON
 * @property {string | undefined} identity JSON
 * @property {string | undefined} tenantId
 */

/**
 * The client side of the Lambda Runtime API (AWS Lambda developer guide, "Using the Lambda runtime API for custom runtimes").
 *
 * @param {string} address host:port
 */
function createRuntimeClient(address) {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  const port = Number(address.slice(colon + 1));
  const agent = new Agent({ keepAlive: true });

  /**
   * @param {string} method
   * @param {string} path
   * @param {string} [body]
   * @param {Record<string, string>} [headers]
   * @returns {Promise<{ headers: import('node:http').IncomingHttpHeaders, body: string }>}
   */
  function call(method, path, body, headers = {}) {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
      const options = { host, port, agent, method, path: `/2018-06-01/runtime/${path}`, headers: { ...headers, ...length } };
      const sent = request(options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ headers: response.headers, body: text }));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /**
   * @param {string} path
   * @param {import('./errors.cjs').ErrorBody} error
   */
  const postError = (path, error) =>
    call('POST', path, JSON.stringify(error), {
      'Content-Type': 'application/json',
      // Names of errors may hold what no header may.
      'Lambda-Runtime-Function-Error-Type': error.errorType.replace(/[^\x20-\x7e]/g, '?'),
    });

  return {
    /** @returns {Promise<Invocation>} */
    async next() {
      const { headers, body } = await call('GET', 'invocation/next');
      /** @param {string} name */
      const header = (name) => {
        const value = headers[`lambda-runtime-${name}`];
        return typeof value === 'string' ? value : undefined;
      };
      return {
        requestId: header('aws-request-id') ?? '',
        payload: body,
        deadlineMs: Number(header('deadline-ms')),
        invokedArn: header('invoked-function-arn') ?? '',
        traceId: header('trace-id'),
        clientContext: header('client-context'),
        identity: header('cognito-identity'),
        tenantId: header('aws-tenant-id'),
      };
    },
    /**
     * @param {string} requestId
     * @param {string} body JSON
     */
    respond: (requestId, body) => call('POST', `invocation/${requestId}/response`, body, { 'Content-Type': 'application/json' }),
    /**
     * @param {string} requestId
     * @param {import('./errors.cjs').ErrorBody} error
     */
    fail: (requestId, error) => postError(`invocation/${requestId}/error`, error),
    /** @param {import('./errors.cjs').ErrorBody} error */
    failInit: (error) => postError('init/error', error),
  };
}

module.exports = { createRuntimeClient };
