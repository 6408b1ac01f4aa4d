import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, it, onTestFinished } from 'vitest';
import { publishOperation, type OperationMessage } from '../../../packages/core/src/verbs/operation.ts';
import { commandOf } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

const storage = new AsyncLocalStorage<string>();

it.each([true, false])(
  'a command reaches a wrapped driver in the context in which it was issued: %s',
  (isWrapped) => {
    const { issue, dispatch, gate } = gateStage();
    const seen: unknown[] = [];
    const send = (): void => void seen.push(storage.getStore());
    dispatch.send = send;
    dispatch.isWrapped = isWrapped;
    dispatch.hasFastPath = false;
    gate.hold(10_000);
    storage.run('where it was issued', () => issue('get', 'a'));
    storage.run('elsewhere', () => gate.serve());
    expect(seen).toEqual([isWrapped ? 'where it was issued' : 'elsewhere']);
  },
);

it('the commands of an operation that is published are followed, single ones and pipelines', async () => {
  const { issue, dispatch, gate, clock, entrance, settle } = gateStage();
  const ignore = (): void => undefined;
  subscribe('tracing:redis-resilience:operation:asyncEnd', ignore);
  onTestFinished(() => void unsubscribe('tracing:redis-resilience:operation:asyncEnd', ignore));
  const message: OperationMessage = {
    connection: 'default',
    lane: 'read',
    usedFallback: false,
    durationMs: 0,
    waitedMs: 0,
    retries: 0,
  };
  await publishOperation(message, async () => {
    const command = issue('get', 'a');
    expect(dispatch.slow).toEqual([command]);
    entrance.handle(commandOf('get', 'b'), { isPipeline: true });
    await settle();
  });
  gate.hold(10_000);
  dispatch.break();
  clock.travel(40);
  gate.serve();
  expect(message).toMatchObject({ waitedMs: 80, retries: 2 });
});
