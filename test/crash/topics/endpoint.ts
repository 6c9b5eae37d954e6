import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvelope } from './reader.js';
import type { TopicRecorder } from './topic-recorder.js';
import { mix, traitsOf } from './traits.js';

/** So many attempts at a message may fail by the script; attempts that a kill cuts off come on top. */
const failuresMax = 3;
const slowMs = 300;

/**
 * An HTTP endpoint that outlives the broker. By a script that is drawn from a message's name and the number of the attempt it answers with an
 * error, hangs up, says nothing, or takes the message late; what it takes is recorded before it says so. Its last word on some is 400.
 */
export async function openEndpoint(name: string, recorder: TopicRecorder): Promise<{ readonly url: string; close(): void }> {
  const attempts = new Map<string, number>();
  const answer = async (id: string, body: string, response: ServerResponse): Promise<void> => {
    const told = readEnvelope(body);
    if (traitsOf(told.message).isRefused) return end(response, 400);
    const attempt = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, attempt);
    switch (attempt > failuresMax ? 'take' : reactionTo(mix(`${told.message}/${attempt}`))) {
      case 'fail':
        return end(response, 500);
      case 'throttle':
        return end(response, 429);
      case 'hang up':
        response.destroy();
        return;
      case 'say nothing':
        return;
      case 'take late':
        await sleep(slowMs);
        break;
      case 'take':
    }
    recorder.arrived.push({ ...told, subscriber: name, copy: id, place: undefined });
    end(response, 200);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { 'x-amz-sns-message-type': type, 'x-amz-sns-message-id': id } = request.headers;
      const done = type === 'Notification' ? answer(String(id), body, response) : confirm(body).then(() => end(response, 200));
      done.catch((fault: unknown) => recorder.unexpected.push(`the endpoint ${name}: ${fault}`));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Reaction = 'fail' | 'throttle' | 'hang up' | 'say nothing' | 'take late' | 'take';

function reactionTo(drawn: number): Reaction {
  const of100 = drawn % 1_000;
  if (of100 < 100) return 'fail';
  if (of100 < 150) return 'throttle';
  if (of100 < 200) return 'hang up';
  if (of100 < 203) return 'say nothing';
  return of100 < 300 ? 'take late' : 'take';
}

async function confirm(body: string): Promise<void> {
  const { SubscribeURL: url } = JSON.parse(body) as { SubscribeURL: string };
  const { status } = await fetch(url);
  if (status !== 200) throw new Error(`the confirmation was answered with ${status}`);
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
