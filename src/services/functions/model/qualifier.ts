import type { Refusal } from '../../../wire/refusal.js';
import type { Functions } from '../catalogue.js';
import { aliasNotFound, functionNotFound } from '../errors.js';
import { type FunctionAddress, isVersionNumber, latest, qualifiedArn } from './function-name.js';

/** What is wrong with naming a function so: it, or that version or alias of it, is not there. */
export function checkQualifier(functions: Functions, address: FunctionAddress, qualifier: string | undefined): Refusal | undefined {
  const { name } = address;
  if (functions.find(name) === undefined) return functionNotFound(qualifiedArn(address, qualifier));
  if (qualifier === undefined || qualifier === latest) return undefined;
  if (isVersionNumber(qualifier)) {
    return functions.get('version', name, qualifier) === undefined ? functionNotFound(qualifiedArn(address, qualifier)) : undefined;
  }
  return functions.get('alias', name, qualifier) === undefined ? aliasNotFound(qualifiedArn(address, qualifier)) : undefined;
}
