const headBytes = 2_048;

/** Where loggers have the request id: second between tabs, as the runtimes write it, or a member of JSON by one of its usual names. */
const places = /^[^\t]*\t([^\t]+)\t|"(?:requestId|function_request_id|awsRequestId|request_id)" ?: ?"([^"]+)"/;

export function requestIdIn(line: Buffer): string | undefined {
  const [, inText, inJson] = places.exec(line.toString('latin1', 0, headBytes)) ?? [];
  return inText ?? inJson;
}
