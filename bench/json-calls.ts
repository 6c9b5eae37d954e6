import { type Agent, request } from 'node:http';

export type Members = Readonly<Record<string, unknown>>;

/** Calls a broker of this machine in AWS JSON, over the agent's connections. Rejects for every answer but a success. */
export function jsonCalls(port: number, agent: Agent): (target: string, input: Members) => Promise<Members> {
  return (target, input) => {
    const text = JSON.stringify(input);
    const headers = { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': target, 'Content-Length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', method: 'POST', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(answer === '' ? {} : (JSON.parse(answer) as Members));
          else reject(new Error(`${target}: ${response.statusCode} ${answer}`));
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  };
}
