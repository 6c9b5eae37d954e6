// @ts-check
'use strict';

/** @typedef {{ requestId: string, traceId: string | undefined }} Invoked */

/** The keys under which SDKs look (npm `@aws/lambda-invoke-store`). */
const keys = {
  REQUEST_ID: Symbol.for('_AWS_LAMBDA_REQUEST_ID'),
  X_RAY_TRACE_ID: Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID'),
  TENANT_ID: Symbol.for('_AWS_LAMBDA_TENANT_ID'),
  TRACEPARENT: Symbol.for('_AWS_LAMBDA_TRACEPARENT'),
  TRACESTATE: Symbol.for('_AWS_LAMBDA_TRACESTATE'),
  BAGGAGE: Symbol.for('_AWS_LAMBDA_BAGGAGE'),
};

/**
 * Which invocation the code that runs belongs to: the latest, or, where several share the process, the one in whose asynchronous
 * context it runs. Published as `awslambda.InvokeStore`, where SDKs find the trace header that they send on.
 *
 * @param {boolean} several
 */
function createInvokeStore(several) {
  const holder = several ? new (require('node:async_hooks').AsyncLocalStorage)() : latest();
  /** @param {PropertyKey} key */
  const get = (key) => holder.getStore()?.[key];
  const store = {
    PROTECTED_KEYS: keys,
    getContext: () => holder.getStore(),
    hasContext: () => holder.getStore() !== undefined,
    get,
    /**
     * @param {PropertyKey} key
     * @param {unknown} value
     */
    set(key, value) {
      if (isProtected(key)) throw new Error(`${String(key)} belongs to the runtime and cannot be set`);
      const context = holder.getStore();
      if (context === undefined) throw new Error('no invocation runs here');
      context[key] = value;
    },
    isProtectedKey: isProtected,
    getRequestId: () => get(keys.REQUEST_ID) ?? '-',
    getXRayTraceId: () => get(keys.X_RAY_TRACE_ID),
    getTenantId: () => get(keys.TENANT_ID),
    getTraceparent: () => get(keys.TRACEPARENT),
    getTracestate: () => get(keys.TRACESTATE),
    getBaggage: () => get(keys.BAGGAGE),
    run: holder.run,
  };
  // Code of users finds it there by this name, as on AWS.
  Object.assign(globalThis, { awslambda: { InvokeStore: store } });
  return {
    /** @returns {string | undefined} */
    requestId: () => get(keys.REQUEST_ID),
    /**
     * @template T
     * @param {Invoked} invoked
     * @param {() => T} body
     * @returns {T}
     */
    run: ({ requestId, traceId }, body) => holder.run({ [keys.REQUEST_ID]: requestId, [keys.X_RAY_TRACE_ID]: traceId }, body),
  };
}

/** Without asynchronous contexts, which cost time: what runs late counts as of the latest invocation. */
function latest() {
  /** @type {any} */
  let current;
  return {
    getStore: () => current,
    /**
     * @param {any} context
     * @param {() => any} body
     */
    run(context, body) {
      current = context;
      return body();
    },
  };
}

/** @param {PropertyKey} key */
function isProtected(key) {
  return Object.values(keys).some((each) => each === key);
}

module.exports = { createInvokeStore };
