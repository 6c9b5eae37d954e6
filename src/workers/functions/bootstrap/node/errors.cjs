// @ts-check
'use strict';

/**
 * @typedef {object} ErrorBody
 * @property {string} errorType
 * @property {string} errorMessage
 * @property {readonly string[]} trace
 */

/** A failure of the runtime rather than of the handler's code; its name is the error type. */
class RuntimeFault extends Error {
  /**
   * @param {string} name
   * @param {string} message
   * @param {readonly string[]} [trace] of the failure that is behind it
   */
  constructor(name, message, trace) {
    super(message);
    this.name = name;
    this.trace = trace;
  }
}

/**
 * What the Runtime API is told of something thrown, which may be anything.
 *
 * @param {unknown} fault
 * @returns {ErrorBody}
 */
function errorOf(fault) {
  try {
    if (!isError(fault)) return { errorType: typeof fault, errorMessage: String(fault), trace: [] };
    const trace = fault instanceof RuntimeFault && fault.trace !== undefined ? fault.trace : framesOf(String(fault.stack ?? ''));
    return { errorType: String(fault.name), errorMessage: String(fault.message), trace };
  } catch {
    return { errorType: 'Error', errorMessage: 'what was thrown cannot be read', trace: [] };
  }
}

/**
 * Without the frames of the runtime, which say nothing of the function's code.
 *
 * @param {string} stack
 */
function framesOf(stack) {
  return stack.split('\n').filter((line) => !line.includes(__dirname));
}

/**
 * Also an error of another realm, such as one of a `vm` context.
 *
 * @param {unknown} fault
 * @returns {fault is Error}
 */
function isError(fault) {
  return fault instanceof Error || Object.prototype.toString.call(fault) === '[object Error]';
}

module.exports = { RuntimeFault, errorOf };
