// @ts-check
'use strict';

const { openCalls } = require('./calls.cjs');

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
  const call = openCalls(address);

  /**
   * @param {string} path
   * @param {import('./errors.cjs').ErrorBody} error
   */
  const postError = (path, error) =>
    call('POST', `/2018-06-01/runtime/${path}`, JSON.stringify(error), {
      // Names of errors may hold what no header may.
      'Lambda-Runtime-Function-Error-Type': error.errorType.replace(/[^\x20-\x7e]/g, '?'),
    });

  return {
    /** @returns {Promise<Invocation>} */
    async next() {
      const { headers, body } = await call('GET', '/2018-06-01/runtime/invocation/next');
      /** @param {string} name */
      const header = (name) => headers.get(`lambda-runtime-${name}`);
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
    respond: (requestId, body) => call('POST', `/2018-06-01/runtime/invocation/${requestId}/response`, body),
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
