const headBytes = 200;

/** Where lines of the runtimes' loggers have the request id: second between tabs, or a member of JSON. */
export function requestIdIn(line: Buffer): string | undefined {
  const [, inText, inJson] = /^[^\t]*\t([^\t]+)\t|"requestId":"([^"]+)"/.exec(line.toString('latin1', 0, headBytes)) ?? [];
  return inText ?? inJson;
}
