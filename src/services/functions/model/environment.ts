import type { Refusal } from '../../../wire/refusal.js';
import { invalidValue } from '../errors.js';
import { environmentBytesMax } from '../limits.js';

/** At least two characters, as the service's model has it. */
export const variableNamePattern = '[a-zA-Z]([a-zA-Z0-9_])+';

/** Developer guide, "Defined runtime environment variables": those that the platform sets. */
const reserved = new Set([
  ...['_HANDLER', '_X_AMZN_TRACE_ID', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_EXECUTION_ENV', 'AWS_LAMBDA_RUNTIME_API'],
  ...['AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE'],
  ...['AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_LAMBDA_MAX_CONCURRENCY', 'AWS_LAMBDA_METADATA_API'],
  ...['AWS_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'LAMBDA_TASK_ROOT', 'LAMBDA_RUNTIME_DIR'],
]);

const cannot = 'Lambda was unable to configure your environment variables because the environment variables you have provided';

/** Names have been checked against the pattern. */
export function readVariables(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> | Refusal {
  const taken = Object.keys(variables).filter((name) => reserved.has(name));
  if (taken.length > 0) {
    const text = 'contains reserved keys that are currently not supported for modification. Reserved keys used in this request:';
    return invalidValue(`${cannot} ${text} ${taken.join(', ')}`);
  }
  const json = JSON.stringify(variables);
  if (Buffer.byteLength(json) > environmentBytesMax) {
    return invalidValue(`${cannot} exceeded the 4KB limit. String measured: ${json.slice(0, environmentBytesMax)}`);
  }
  if (Object.values(variables).some((value) => value.includes('\0'))) return invalidValue(`${cannot} contain a NUL character.`);
  return variables;
}
