// @ts-check
'use strict';

const { existsSync, readFileSync } = require('node:fs');
const { basename, dirname, join, resolve } = require('node:path');
const { pathToFileURL } = require('node:url');
const { RuntimeFault, errorOf } = require('./errors.cjs');

/** @typedef {(event: unknown, context: object, callback: (fault: unknown, result?: unknown) => void) => unknown} Handler */

/**
 * Finds what a handler string such as `folder/file.name.nested` names (AWS Lambda developer guide, "Define Lambda function handler in Node.js").
 *
 * @param {string} root the folder of the code
 * @param {string} handler
 * @returns {Promise<Handler>}
 */
async function loadHandler(root, handler) {
  if (handler.includes('..'))
    throw new RuntimeFault('Runtime.MalformedHandlerName', `'${handler}' is not a valid handler name: it has '..'`);
  const [, file, path] = /^([^.]*)\.(.+)$/.exec(basename(handler)) ?? [];
  if (file === undefined || path === undefined) {
    throw new RuntimeFault('Runtime.MalformedHandlerName', `Bad handler '${handler}': expected FILE.EXPORT`);
  }
  return member(await loadModule(root, join(dirname(handler), file)), path, handler);
}

/**
 * @param {string} root
 * @param {string} name without its extension
 * @returns {Promise<any>}
 */
async function loadModule(root, name) {
  const path = resolve(root, name);
  try {
    if (existsSync(`${path}.js`)) return isModule(`${path}.js`) ? await import(pathToFileURL(`${path}.js`).href) : require(`${path}.js`);
    if (existsSync(`${path}.mjs`)) return await import(pathToFileURL(`${path}.mjs`).href);
    if (existsSync(`${path}.cjs`)) return require(`${path}.cjs`);
    return require(require.resolve(name, { paths: [root, dirname(path)] }));
  } catch (fault) {
    throw loadFault(fault);
  }
}

/**
 * By the nearest package.json.
 *
 * @param {string} file
 */
function isModule(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const description = join(folder, 'package.json');
    if (existsSync(description)) return JSON.parse(readFileSync(description, 'utf8')).type === 'module';
    if (folder === dirname(folder)) return false;
  }
}

/** @param {unknown} fault */
function loadFault(fault) {
  const { errorMessage, errorType, trace } = errorOf(fault);
  if (fault instanceof SyntaxError) return new RuntimeFault('Runtime.UserCodeSyntaxError', `SyntaxError: ${errorMessage}`, trace);
  const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    return new RuntimeFault('Runtime.ImportModuleError', `${errorType}: ${errorMessage}`, trace);
  }
  return fault;
}

/**
 * @param {any} loaded
 * @param {string} path dotted
 * @param {string} handler
 * @returns {Handler}
 */
function member(loaded, path, handler) {
  let owner;
  let found = loaded;
  for (const name of path.split('.')) {
    owner = found;
    found = found?.[name];
  }
  if (found === undefined || found === null) {
    throw new RuntimeFault('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') throw new RuntimeFault('Runtime.HandlerNotFound', `${handler} is not a function`);
  // A method of an exported object has its object.
  return owner === loaded ? found : found.bind(owner);
}

module.exports = { loadHandler };
