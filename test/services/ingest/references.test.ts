import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createObjectSource } from '../../../src/workers/object-source.js';
import { type S3Server, startS3Server } from '../../aws/s3-server.js';
import { Program } from '../../cli/program.js';
import { answerOf, createKey, type Ingesting, ingesting, sha256Of } from './ingesting.js';

const object = Buffer.alloc(300_000, 'object ');

/** `/object` is one; others answer what their names say. */
function objectServer(key: string, cert: string): Promise<Server> {
  const server = createServer({ key, cert }, (request, response) => {
    if (request.url === '/object') response.writeHead(200, { 'Content-Type': 'application/pdf' }).end(object);
    else if (request.url === '/moved') response.writeHead(302, { Location: '/object' }).end();
    else if (request.url === '/broken') response.writeHead(200, { 'Content-Length': 100 }).write('half', () => response.destroy());
    else response.writeHead(404).end();
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function certificate(): { key: string; cert: string } {
  const keys = forge.pki.rsa.generateKeyPair(2_048);
  const cert = forge.pki.createCertificate();
  cert.publicKey = keys.publicKey;
  cert.validity.notAfter.setFullYear(cert.validity.notBefore.getFullYear() + 1);
  cert.setSubject([{ name: 'commonName', value: 'localhost' }]);
  cert.setIssuer([{ name: 'commonName', value: 'localhost' }]);
  cert.setExtensions([{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }]);
  cert.sign(keys.privateKey, forge.md.sha256.create());
  return { key: forge.pki.privateKeyToPem(keys.privateKey), cert: forge.pki.certificateToPem(cert) };
}

let ingest: Ingesting;
let s3: S3Server;
let server: Server;
let host: string;
let pem: { key: string; cert: string };
beforeAll(async () => {
  pem = certificate();
  server = await objectServer(pem.key, pem.cert);
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  s3 = await startS3Server('files');
  s3.objects.set('files/a b/object', object).set('files/large', Buffer.alloc(400_001));
  ingest = await ingesting({
    ingest: {
      pipelines: {
        noted: { references: { mode: 'record', hosts: ['files.example.com', 'bucket'] }, keepRefusals: true },
        fetched: { references: { mode: 'fetch', hosts: ['files', host, '127.0.0.1:1'] }, payloadBytesMax: 400_000 },
      },
    },
    aws: { s3: { endpoint: s3.url, accessKeyId: 'a', secretAccessKey: 'b' } },
  });
});
afterAll(async () => {
  await ingest[Symbol.asyncDispose]();
  server.close();
  await s3.close();
});

let transactions = 0;
const send = (pipeline: string, payloadReference: unknown) => {
  const messageMetaData = {
    messageType: 'claim',
    sourceSystemID: 'core',
    sourceTransactionID: `reference ${++transactions}`,
    dateTime: '2023-11-01 10:20:30',
  };
  const headers = { 'content-type': 'application/json' };
  return ingest.send(JSON.stringify({ messageMetaData, payloadReference }), { path: `/ingest/${pipeline}`, headers });
};
// biome-ignore lint/suspicious/noExplicitAny: records and refusals, each test knows which
const read = async (path: string): Promise<any> =>
  (await fetch(`${ingest.broker.url}/ingest/${path}`, { headers: { 'x-api-key': ingest.key } })).json();

describe('a pipeline that notes references', () => {
  test.each(['https://files.example.com/a', 's3://bucket/a/b'])('keeps %s as the payload', async (url) => {
    const given = { url, sha256: sha256Of('x'), bytes: 1 };
    const { status, body } = await send('noted', given);
    expect([status, body.sha256]).toEqual([200, sha256Of(JSON.stringify(given))]);
    expect(await read(`noted/records/${body.messageID}`)).toMatchObject({
      form: 'reference',
      contentType: 'application/vnd.signalbox.reference+json',
      reference: { url, fetched: false },
    });
  });

  test.each([
    ['another host', { url: 'https://other.example.com/a' }, 'ReferenceRefused'],
    ['another scheme', { url: 'http://files.example.com/a' }, 'InvalidReference'],
    ['credentials in the URL', { url: 'https://user:secret@files.example.com/a' }, 'InvalidReference'],
    ['no URL', { url: 7 }, 'InvalidReference'],
    ['a bucket without a key', { url: 's3://bucket' }, 'InvalidReference'],
    ['another member', { url: 's3://bucket/a', etag: 'x' }, 'InvalidReference'],
    ['a checksum that is none', { url: 's3://bucket/a', sha256: 'x', bytes: -1 }, 'InvalidReference'],
  ])('refuses %s', async (_, reference, error) => {
    const answer = await send('noted', reference);
    expect([answer.status, answer.body.error]).toEqual([400, error]);
  });

  test('keeps what it refused, and why, newest first', async () => {
    await send('noted', { url: 7 });
    const { status, body } = await ingest.send(JSON.stringify({ messageMetaData: { messageType: 'a' }, messagePayload: '' }), {
      path: '/ingest/noted',
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(400);
    const { refusals } = await read('noted/refusals');
    expect(refusals.slice(0, 2)).toMatchObject([
      {
        error: 'InvalidMetaData',
        requestID: body.requestId,
        messageMetaData: { messageType: 'a' },
        keyName: 'core',
        problems: body.problems,
      },
      { error: 'InvalidReference', problems: [{ path: '/payloadReference/url' }] },
    ]);
    expect(await read('fetched/refusals')).toEqual({ refusals: [] });
    expect((await ingest.send('', { path: '/ingest/noted', headers: { 'x-api-key': 'no' } })).status).toBe(403);
    expect((await read('noted/refusals')).refusals).toHaveLength(refusals.length);
  });
});

describe('a pipeline that fetches', () => {
  test('takes the object for the payload', async () => {
    const { status, body } = await send('fetched', { url: 's3://files/a%20b/object', sha256: sha256Of(object), bytes: object.length });
    expect([status, body.bytes, body.sha256]).toEqual([200, object.length, sha256Of(object)]);
    expect(await read(`fetched/records/${body.messageID}`)).toMatchObject({ form: 'reference', reference: { fetched: true } });
  });

  test.each([
    ['a bucket that is not named', { url: 's3://private/a' }, 400, 'ReferenceRefused'],
    ['another checksum', { url: 's3://files/a%20b/object', sha256: sha256Of('x') }, 400, 'ChecksumMismatch'],
    ['another length', { url: 's3://files/a%20b/object', bytes: 7 }, 400, 'ChecksumMismatch'],
    ['an object that is too large', { url: 's3://files/large' }, 413, 'PayloadTooLarge'],
    ['an object that is not there', { url: 's3://files/nothing' }, 502, 'ReferenceUnavailable'],
  ])('refuses %s', async (_, reference, status, error) => {
    const before = await ingest.kept('fetched');
    const answer = await send('fetched', reference);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    expect(await ingest.kept('fetched')).toEqual(before);
  });

  test.each([
    ['a host whose certificate nobody signed', () => `https://${host}/object`, 'SELF_SIGNED'],
    ['a host that is not there', 'https://127.0.0.1:1/a', 'ECONNREFUSED'],
  ])('says why it cannot: %s', async (_, url, reason) => {
    const answer = await send('fetched', { url: typeof url === 'string' ? url : url() });
    expect([answer.status, answer.body.error, answer.body.message]).toEqual([502, 'ReferenceUnavailable', expect.stringContaining(reason)]);
  });
});

describe('objects over HTTPS', () => {
  const opened = (path: string, denyPrivate = false) =>
    createObjectSource({ denyPrivate, certificateAuthorities: pem.cert }).open(
      new URL(`https://${host}${path}`),
      new AbortController().signal,
    );

  test('come with their type', async () => {
    const outcome = await opened('/object');
    if (outcome.kind !== 'opened') throw new Error(outcome.reason);
    const chunks: Buffer[] = [];
    for await (const chunk of outcome.stream) chunks.push(chunk);
    expect([outcome.contentType, Buffer.concat(chunks).equals(object)]).toEqual(['application/pdf', true]);
  });

  test.each([
    ['/moved', 'it answers 302 Found'],
    ['/nowhere', 'it answers 404 Not Found'],
  ])('%s is not followed', async (path, reason) => {
    expect(await opened(path)).toEqual({ kind: 'unavailable', reason });
  });

  test('are not fetched from private addresses where that is not allowed', async () => {
    expect((await opened('/object', true)).kind).toBe('forbidden');
  });
});

test('objects are fetched over TLS from a server that the process is told to trust', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-tls-'));
  const [config, authorities] = [join(folder, 'signalbox.yaml'), join(folder, 'ca.pem')];
  await writeFile(authorities, pem.cert);
  await writeFile(config, JSON.stringify({ ingest: { pipelines: { fetched: { references: { mode: 'fetch', hosts: [host] } } } } }));
  const broker = new Program(['start', '--port', '0', '--ephemeral', '--config', config], { env: { NODE_EXTRA_CA_CERTS: authorities } });
  const url = await broker.url();
  const key = await createKey(url);
  const messageMetaData = { messageType: 'claim', sourceSystemID: 'core', sourceTransactionID: 'tls', dateTime: '2023-11-01 10:20:30' };
  const body = JSON.stringify({ messageMetaData, payloadReference: { url: `https://${host}/object`, sha256: sha256Of(object) } });
  const request = { method: 'POST', headers: { 'x-api-key': key, 'content-type': 'application/json' }, body };
  const receipt = await answerOf(fetch(`${url}/ingest/fetched`, request));
  expect(receipt).toMatchObject({ status: 200, body: { sha256: sha256Of(object), bytes: object.length } });
  const path = `/ingest/fetched/records/${receipt.body.messageID}/payload`;
  const payload = await fetch(url + path, { headers: { 'x-api-key': key } });
  expect(payload.headers.get('content-type')).toBe('application/pdf');
  expect(Buffer.from(await payload.arrayBuffer()).equals(object)).toBe(true);
  expect((await broker.stop()).code).toBe(0);
  await rm(folder, { recursive: true });
});
