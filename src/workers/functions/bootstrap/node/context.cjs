// @ts-check
'use strict';

/**
 * The second argument of a handler (AWS Lambda developer guide, "Using the Lambda context object to retrieve Node.js function information").
 *
 * @param {import('./runtime-client.cjs').Invocation} invocation
 */
function createContext({ requestId, deadlineMs, invokedArn, clientContext, identity, tenantId }) {
  const { env } = process;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: invokedArn,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: requestId,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: fromJson(clientContext),
    identity: fromJson(identity),
    tenantId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

/** @param {string | undefined} text */
function fromJson(text) {
  return text === undefined ? undefined : JSON.parse(text);
}

module.exports = { createContext };
