/** What the page of metrics says of a function: its numbers by their names, without what all of them begin with; of histograms, how many were observed. */
export async function countedOf(url: string, functionName: string): Promise<Readonly<Record<string, number>>> {
  const page = await (await fetch(`${url}/_signalbox/metrics`)).text();
  const lines = page.matchAll(/^signalbox_functions_(\w+)\{function="([^"]+)"\} (\S+)$/gm);
  const own = [...lines].filter(([, name, arn]) => arn?.endsWith(`:function:${functionName}`) && !name?.endsWith('_sum'));
  return Object.fromEntries(own.map(([, name = '', , value]) => [name.replace(/_total$/, ''), Number(value)]));
}
