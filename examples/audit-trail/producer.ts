import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RealFile } from './files.js';

export interface Receipt {
  readonly messageID: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly receivedAt: string;
}

export interface ProducerOptions {
  /** `http://127.0.0.1:4566/ingest/audit` */
  readonly endpoint: string;
  readonly apiKey: string;
}

/** Requests at once. */
const connections = 8;
/** Each so manieth record is sent twice, as by a client that has lost the first answer. */
const repeatEvery = 10;

/** Sends every file as a record: the file's bytes are the body, its metadata are headers. Resolves to the receipts, in the order of the files. */
export async function produce(files: readonly RealFile[], options: ProducerOptions): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  const left = files.entries();
  const connection = async (): Promise<void> => {
    for (const [at, file] of left) receipts[at] = await sendFile(file, options, at % repeatEvery === 0);
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return receipts;
}

async function sendFile(file: RealFile, options: ProducerOptions, twice: boolean): Promise<Receipt> {
  const payload = await readFile(file.path);
  const receipt = await send(file, payload, options);
  const sha256 = createHash('sha256').update(payload).digest('hex');
  if (receipt.sha256 !== sha256) throw new Error(`${file.name}: the receipt is for other bytes than were sent`);
  if (!twice) return receipt;
  const again = await send(file, payload, options);
  if (again.messageID !== receipt.messageID) throw new Error(`${file.name}: sent twice, it became two records`);
  return receipt;
}

async function send({ name, kind, contentType, changedAt }: RealFile, payload: Buffer, options: ProducerOptions): Promise<Receipt> {
  const response = await fetch(options.endpoint, {
    method: 'POST',
    headers: {
      'x-api-key': options.apiKey,
      'x-message-type': kind,
      'x-source-system-id': 'repository',
      'x-source-transaction-id': name,
      'x-date-time': changedAt.toISOString(),
      'content-type': contentType,
    },
    body: payload,
  });
  const answer = await response.text();
  if (response.status !== 200) throw new Error(`${name} was refused with ${response.status}: ${answer}`);
  return JSON.parse(answer) as Receipt;
}
