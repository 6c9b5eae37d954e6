import '../no-notices.js';
import * as Sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSettableClock, type Signalbox, startSignalbox } from '../../../src/index.js';

let broker: Signalbox;
let client: Sfn.SFNClient;

beforeAll(async () => {
  broker = await startSignalbox({ clock: createSettableClock() });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new Sfn.SFNClient({ endpoint: broker.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  await broker.stop();
});

const validate = (input: Sfn.ValidateStateMachineDefinitionCommandInput) =>
  client.send(new Sfn.ValidateStateMachineDefinitionCommand(input));

test('a good definition has no diagnostics', async () => {
  const definition = JSON.stringify({ StartAt: 'S', States: { S: { Type: 'Succeed' } } });
  expect(await validate({ definition })).toMatchObject({ result: 'OK', diagnostics: [], truncated: false });
});

test('warnings are shown when they are asked for, and fail nothing', async () => {
  const definition = JSON.stringify({ StartAt: 'S', States: { S: { Type: 'Succeed' }, T: { Type: 'Succeed' } } });
  const diagnostics = [{ severity: 'WARNING', code: 'UNREACHABLE_STATE', location: '/States/T' }];
  expect(await validate({ definition })).toMatchObject({ result: 'OK', diagnostics: [] });
  expect(await validate({ definition, severity: 'WARNING' })).toMatchObject({ result: 'OK', diagnostics });
});

test('no more diagnostics are shown than asked for', async () => {
  const definition = JSON.stringify({ StartAt: 'S', States: { S: { Type: 'Pass', A: 1, B: 2, End: true } } });
  const reply = await validate({ definition, maxResults: 1 });
  expect(reply).toMatchObject({ result: 'FAIL', truncated: true });
  expect(reply.diagnostics).toHaveLength(1);
});

test.each([
  [{ definition: undefined as unknown as string }, 'ValidationException'],
  [{ definition: '' }, 'ValidationException'],
  [{ definition: '{}', type: 'OTHER' as Sfn.StateMachineType }, 'ValidationException'],
  [{ definition: '{}', severity: 'INFO' as Sfn.ValidateStateMachineDefinitionSeverity }, 'ValidationException'],
  [{ definition: '{}', maxResults: 101 }, 'ValidationException'],
])('%j is refused', async (input, name) => {
  await expect(validate(input)).rejects.toMatchObject({ name });
});
