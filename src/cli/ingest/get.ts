import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline as piped } from 'node:stream/promises';
import { Command } from 'commander';
import { BrokerError, type BrokerFlags } from '../running-broker.js';
import { PipelineRecords, pipelineCommand } from './pipeline-records.js';
import { sizeOf } from './record-line.js';

interface GetFlags extends BrokerFlags {
  readonly output?: string;
}

/** `signalbox ingest get`: a payload, compared with the checksum of its receipt. */
export function getCommand(): Command {
  const command = new Command('get')
    .description('fetch a payload, and compare it with the checksum of its receipt')
    .argument('<PIPELINE>', 'the pipeline')
    .argument('<MESSAGE-ID>', 'the record')
    .option('--output <FILE>', 'where to put it (default: standard output)');
  return pipelineCommand(command).action(get);
}

async function get(pipeline: string, messageID: string, { output, ...flags }: GetFlags): Promise<void> {
  const records = await PipelineRecords.of(pipeline, flags);
  const { sha256, bytes } = await records.read(messageID);
  const response = await records.fetch(`records/${messageID}/payload`);
  if (!response.ok || response.body === null) {
    const { message } = (await response.json()) as { readonly message: string };
    throw new BrokerError(message);
  }
  const body = Readable.fromWeb(response.body as never);
  if (output === undefined) {
    if ((await copied(body, process.stdout, false)) !== sha256) throw altered(sha256);
    return;
  }
  // Nobody finds half a file, or an altered one, under the name that was asked for.
  const part = `${output}.part`;
  try {
    if ((await copied(body, createWriteStream(part), true)) !== sha256) throw altered(sha256);
    await rename(part, output);
  } finally {
    await rm(part, { force: true });
  }
  process.stderr.write(`${output}: ${sizeOf(bytes)}, as received (SHA-256 ${sha256})\n`);
}

/** The SHA-256 of what was written. */
async function copied(from: Readable, to: Writable, end: boolean): Promise<string> {
  const digest = createHash('sha256');
  const watched = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      digest.update(chunk);
      yield chunk;
    }
  };
  await piped(from, watched, to, { end });
  return digest.digest('hex');
}

function altered(sha256: string): BrokerError {
  return new BrokerError(`the payload is not what was received: its SHA-256 is not ${sha256}`);
}
