// @ts-check
'use strict';

const { writeSync } = require('node:fs');
const { format } = require('node:util');

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
/** @type {readonly (readonly ['log' | 'trace' | 'debug' | 'info' | 'warn' | 'error', string])[]} */
const methods = [
  ['log', 'INFO'],
  ['trace', 'TRACE'],
  ['debug', 'DEBUG'],
  ['info', 'INFO'],
  ['warn', 'WARN'],
  ['error', 'ERROR'],
];

/**
 * Has `console` write a line for each call, with the time, the request id and the level (AWS Lambda developer guide, "Log and monitor
 * Node.js Lambda functions").
 *
 * @param {{ requestId: () => string | undefined }} store
 * @param {boolean} json
 * @param {string} [least] the lowest level that is written, of JSON only
 * @returns {{ error: (title: string, body: import('./errors.cjs').ErrorBody) => void }} for the runtime's own lines
 */
function patchConsole(store, json, least) {
  const lowest = json && least !== undefined ? levels.indexOf(least) : 0;
  /**
   * @param {string} level
   * @param {string} message
   */
  const writeText = (level, message) => {
    // One event of the log is one line: the breaks within are carriage returns, as on AWS.
    write(`${new Date().toISOString()}\t${store.requestId()}\t${level}\t${message.replaceAll('\n', '\r')}\n`);
  };
  /**
   * @param {string} level
   * @param {string | object} message
   */
  const writeJson = (level, message) => {
    write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, requestId: store.requestId(), message })}\n`);
  };
  for (const [method, level] of methods) {
    console[method] = (...values) => {
      if (levels.indexOf(level) < lowest) return;
      if (json) writeJson(level, format(...values));
      else writeText(level, format(...values));
    };
  }
  return {
    error(title, body) {
      if (json) writeJson('ERROR', body);
      else writeText('ERROR', `${title} \t${JSON.stringify({ ...body, stack: body.trace, trace: undefined })}`);
    },
  };
}

const stdout = 1;

/**
 * At once, so that the line is out before the answer of its invocation.
 *
 * @param {string} line
 */
function write(line) {
  let rest = Buffer.from(line);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(stdout, rest));
  } catch (fault) {
    // The code of the function has opened process.stdout, which sets the descriptor not to block, and it is full.
    if (fault instanceof Error && 'code' in fault && fault.code === 'EAGAIN') process.stdout.write(rest);
  }
}

module.exports = { patchConsole };
