import * as Sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machineOf, Subject } from './subject.js';

const subject = new Subject();
beforeAll(() => subject.start());
afterAll(() => subject.stop());

const pass = { Type: 'Pass', End: true };

/** Name and text of the service's refusal. */
async function refused(command: Promise<unknown>): Promise<readonly [string, string]> {
  const fault: unknown = await command.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(fault instanceof Sfn.SFNServiceException)) throw new Error('was not refused by the service', { cause: fault });
  return [fault.name, fault.message];
}

test('a path that goes deeper than any value is no path', async () => {
  const definition = machineOf({ S: { ...pass, Result: 1, ResultPath: `$${'.a'.repeat(20_000)}` } });
  expect(await refused(subject.machine(definition))).toEqual([
    'InvalidDefinition',
    expect.stringContaining("The field 'ResultPath' must be a valid Reference Path"),
  ]);
});

test('a state that goes on to itself is tested once', async () => {
  const definition = JSON.stringify({ Type: 'Wait', Seconds: 1, Next: 'Again' });
  const input = JSON.stringify('x'.repeat(200_000));
  const { status, nextState, output } = await subject.sfn.send(
    new Sfn.TestStateCommand({ definition: machineOf({ Again: JSON.parse(definition), End: pass }), stateName: 'Again', input }),
  );
  expect([status, nextState, output]).toEqual(['SUCCEEDED', 'Again', input]);
});

test('an EXPRESS execution that goes round for ever ends after five minutes, and holds up nobody', async () => {
  const round = { Type: 'Choice', Choices: [{ Variable: '$', IsNull: true, Next: 'End' }], Default: 'Round' };
  const stateMachineArn = await subject.machine(machineOf({ Round: round, End: pass }), 'EXPRESS');
  const ending = subject.sfn.send(new Sfn.StartSyncExecutionCommand({ stateMachineArn, input: '{}' }));
  await subject.sfn.send(new Sfn.ListStateMachinesCommand({}));
  subject.clock.advance(300_000);
  expect((await ending).status).toBe('TIMED_OUT');
});

test('an activity can be made again at once after it was deleted', async () => {
  const name = subject.name();
  const { activityArn } = await subject.sfn.send(new Sfn.CreateActivityCommand({ name }));
  await subject.sfn.send(new Sfn.DeleteActivityCommand({ activityArn }));
  await subject.sfn.send(new Sfn.CreateActivityCommand({ name }));
  const arn = await subject.begin(machineOf({ T: { Type: 'Task', Resource: activityArn, End: true } }));
  const { taskToken } = await subject.sfn.send(new Sfn.GetActivityTaskCommand({ activityArn }));
  await subject.sfn.send(new Sfn.SendTaskSuccessCommand({ taskToken, output: '1' }));
  expect((await subject.ended(arn)).output).toBe('1');
});

test('a token of a history that was made up is refused', async () => {
  const executionArn = await subject.begin(machineOf({ S: pass }));
  await subject.ended(executionArn);
  for (const event of ['xyz', '00000000x', '0000000001']) {
    const nextToken = Buffer.from(`1 workflows/execution/${executionArn}/event/${event}`).toString('base64');
    expect(await refused(subject.sfn.send(new Sfn.GetExecutionHistoryCommand({ executionArn, nextToken })))).toEqual([
      'InvalidToken',
      "Invalid Token: 'Invalid token'",
    ]);
  }
});

test('a history of large events comes in smaller pages, forwards and backwards', async () => {
  const chain = Array.from({ length: 12 }, (_, index) => [`S${index}`, index < 11 ? { Type: 'Pass', Next: `S${index + 1}` } : pass]);
  const executionArn = await subject.begin(machineOf(Object.fromEntries(chain)), 'x'.repeat(250_000));
  await subject.ended(executionArn);
  for (const reverseOrder of [false, true]) {
    const ids: number[] = [];
    let pages = 0;
    for await (const { events = [] } of Sfn.paginateGetExecutionHistory(
      { client: subject.sfn },
      { executionArn, reverseOrder, maxResults: 1_000 },
    )) {
      pages++;
      ids.push(...events.map(({ id = 0 }) => id));
    }
    const all = Array.from({ length: 26 }, (_, index) => index + 1);
    expect(ids).toEqual(reverseOrder ? all.toReversed() : all);
    expect(pages).toBeGreaterThan(1);
  }
});
