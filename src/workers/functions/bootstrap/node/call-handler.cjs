// @ts-check
'use strict';

const { RuntimeFault } = require('./errors.cjs');

/**
 * Calls a handler in either of its forms: it returns a promise, or calls back. The first to complete counts.
 *
 * Where an invocation has the process for itself, a call back waits until nothing else is left to do, unless the context says
 * otherwise, and a handler that neither returned a promise nor calls back any more has answered nothing.
 *
 * @param {import('./load-handler.cjs').Handler} handler
 * @param {unknown} event
 * @param {ReturnType<import('./context.cjs').createContext>} context
 * @param {boolean} alone
 * @returns {Promise<unknown>}
 */
function callHandler(handler, event, context, alone) {
  return new Promise((resolve, reject) => {
    /** @type {() => void} */
    let whenIdle = () => settle(() => resolve(undefined));
    const onIdle = () => whenIdle();
    /** @param {() => void} completion */
    const settle = (completion) => {
      process.off('beforeExit', onIdle);
      completion();
    };
    let calledBack = false;
    /**
     * @param {unknown} fault
     * @param {unknown} [result]
     */
    const callback = (fault, result) => {
      if (calledBack) return;
      calledBack = true;
      const completion = () => (fault === undefined || fault === null ? resolve(result) : reject(fault));
      if (alone && context.callbackWaitsForEmptyEventLoop) whenIdle = () => settle(completion);
      else settle(completion);
    };
    Object.assign(context, {
      /**
       * @param {unknown} fault
       * @param {unknown} result
       */
      done: (fault, result) => callback(fault, result),
      /** @param {unknown} result */
      succeed: (result) => callback(null, result),
      /** @param {unknown} fault */
      fail: (fault) => callback(fault ?? 'handled'),
    });
    if (alone) process.on('beforeExit', onIdle);
    try {
      const returned = handler(event, context, callback);
      if (isThenable(returned)) {
        const hung = new RuntimeFault(
          'Runtime.NodeJsExit',
          'the promise of the handler never settles: nothing is left that could settle it',
        );
        if (!calledBack) whenIdle = () => settle(() => reject(hung));
        returned.then(
          (result) => settle(() => resolve(result)),
          (fault) => settle(() => reject(fault)),
        );
      } else if (!alone && handler.length < 3 && !calledBack) {
        settle(() => resolve(undefined));
      }
    } catch (fault) {
      settle(() => reject(fault));
    }
  });
}

/**
 * @param {unknown} value
 * @returns {value is PromiseLike<unknown>}
 */
function isThenable(value) {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

module.exports = { callHandler };
