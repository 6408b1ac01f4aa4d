import { describe, expect, it } from 'vitest';
import { ScanGuard } from '../../../packages/core/src/command/guards/scan-guard.ts';
import { commandOf } from './call-of.ts';
import { gateStage } from './gate-stage.ts';

const scan = (cursor: string): ReturnType<typeof commandOf> => commandOf('scan', cursor, 'COUNT', 10);

describe('the cursor of a scan', () => {
  it('is good on the server process that gave it, and for one use on another one', () => {
    const guard = new ScanGuard();
    guard.answered(scan('0'), ['5', []], 'first');
    expect(guard.isStale(scan('5'), 'first')).toBe(false);
    expect(guard.isStale(scan('5'), 'second')).toBe(true);
    expect(guard.isStale(scan('5'), 'second')).toBe(false);
  });

  it('is good when this resilience never gave it', () => {
    const guard = new ScanGuard();
    expect(guard.isStale(scan('5'), 'second')).toBe(false);
    guard.answered(scan('0'), ['7', []], 'first');
    expect(guard.isStale(scan('5'), 'second')).toBe(false);
  });

  it('is a number of 64 bits: anything else is not remembered', () => {
    const guard = new ScanGuard();
    for (const odd of ['9'.repeat(21), '', 'x', ['5'], Object.create(null), null, Number.NaN])
      guard.answered(scan('0'), [odd, []], 'first');
    for (const odd of ['9'.repeat(21), '', 'x', '5', 'null', 'NaN'])
      expect(guard.isStale(scan(odd), 'second')).toBe(false);
    guard.answered(scan('0'), ['18446744073709551615', []], 'first');
    expect(guard.isStale(scan('18446744073709551615'), 'second')).toBe(true);
  });

  it('of a long key belongs to that key alone', () => {
    const guard = new ScanGuard();
    const keys = Array.from({ length: 20 }, (_, at) => 'k'.repeat(100_000) + at);
    for (const key of keys) guard.answered(commandOf('hscan', key, '0'), ['5', []], 'first');
    expect(guard.isStale(commandOf('hscan', `${keys[0]}-other`, '5'), 'second')).toBe(false);
    expect(guard.isStale(commandOf('hscan', keys[0] as string, '5'), 'second')).toBe(true);
  });

  it('of two scans that stand at the same place is stale for both', () => {
    const guard = new ScanGuard();
    guard.answered(scan('0'), ['5', []], 'first');
    guard.answered(scan('0'), ['5', []], 'first');
    expect(guard.isStale(scan('5'), 'second')).toBe(true);
    expect(guard.isStale(scan('5'), 'second')).toBe(true);
    expect(guard.isStale(scan('5'), 'second')).toBe(false);
  });

  it('is spent once the scan has gone on', () => {
    const guard = new ScanGuard();
    guard.answered(scan('0'), ['5', []], 'first');
    guard.answered(scan('5'), ['9', []], 'first');
    expect(guard.isStale(scan('5'), 'second')).toBe(false);
    expect(guard.isStale(scan('9'), 'second')).toBe(true);
  });

  it('that the new process gives to a new scan costs that one a beginning, and no more', () => {
    const guard = new ScanGuard();
    guard.answered(scan('0'), ['5', []], 'first');
    guard.answered(scan('0'), ['5', []], 'second');
    expect(guard.isStale(scan('5'), 'second')).toBe(true);
    expect(guard.isStale(scan('5'), 'second')).toBe(false);
  });

  it('that was given to scans which nobody continued is stale at most four times', () => {
    const guard = new ScanGuard();
    for (let scans = 0; scans < 100; scans++) guard.answered(scan('0'), ['5', []], 'first');
    const verdicts = Array.from({ length: 6 }, () => guard.isStale(scan('5'), 'second'));
    expect(verdicts).toEqual([true, true, true, true, false, false]);
  });

  it('belongs to one key of HSCAN, SSCAN and ZSCAN', () => {
    const guard = new ScanGuard();
    guard.answered(commandOf('HSCAN', 'a', '0'), ['5', []], 'first');
    expect(guard.isStale(commandOf('hscan', 'b', '5'), 'second')).toBe(false);
    expect(guard.isStale(commandOf('sscan', 'a', '5'), 'second')).toBe(false);
    expect(guard.isStale(scan('5'), 'second')).toBe(false);
    expect(guard.isStale(commandOf('hscan', 'a', '5'), 'second')).toBe(true);
  });

  it('of a key of 65 characters belongs to that key alone, as one of 64 does', () => {
    for (const length of [64, 65]) {
      const guard = new ScanGuard();
      guard.answered(commandOf('hscan', 'k'.repeat(length), '0'), ['5', []], 'first');
      expect(guard.isStale(commandOf('hscan', 'k'.repeat(length), '5'), 'second')).toBe(true);
      guard.answered(commandOf('hscan', 'k'.repeat(length), '0'), ['5', []], 'first');
      expect(guard.isStale(commandOf('hscan', `${'k'.repeat(length - 1)}x`, '5'), 'second')).toBe(false);
    }
  });

  it('is good for one scan, and stale for the other, when one of two has gone on', () => {
    const guard = new ScanGuard();
    guard.answered(scan('0'), ['5', []], 'first');
    guard.answered(scan('0'), ['5', []], 'first');
    guard.answered(scan('5'), ['0', []], 'first');
    expect(guard.isStale(scan('5'), 'second')).toBe(true);
    expect(guard.isStale(scan('5'), 'second')).toBe(false);
  });

  it('is forgotten with its last use, so that finished scans leave the room to others', () => {
    const guard = new ScanGuard();
    guard.answered(scan('0'), ['1', []], 'first');
    for (let cursor = 2; cursor <= 1_100; cursor++) {
      guard.answered(scan('0'), [`${cursor}`, []], 'first');
      guard.answered(scan(`${cursor}`), ['0', []], 'first');
    }
    for (let cursor = 2; cursor <= 1_100; cursor++) {
      guard.answered(scan('0'), [`${cursor}`, []], 'first');
      expect(guard.isStale(scan(`${cursor}`), 'second')).toBe(true);
    }
    expect(guard.isStale(scan('1'), 'second')).toBe(true);
  });

  it('is remembered anew each time that it is given', () => {
    const guard = new ScanGuard();
    for (let cursor = 1; cursor <= 1_000; cursor++) guard.answered(scan('0'), [`${cursor}`, []], 'first');
    guard.answered(scan('0'), ['1', []], 'first');
    guard.answered(scan('0'), ['1001', []], 'first');
    expect(guard.isStale(scan('2'), 'second')).toBe(false);
    expect(guard.isStale(scan('1'), 'second')).toBe(true);
  });

  it('stays stale for the scans that got it from the old process, whatever those of the new one do', () => {
    const guard = new ScanGuard();
    guard.answered(scan('0'), ['5', []], 'first');
    for (let scans = 0; scans < 2; scans++) guard.answered(scan('0'), ['5', []], 'second');
    guard.answered(scan('5'), ['9', []], 'second');
    expect(guard.isStale(scan('5'), 'second')).toBe(true);
    const other = new ScanGuard();
    for (let scans = 0; scans < 2; scans++) other.answered(scan('0'), ['5', []], 'first');
    other.answered(scan('0'), ['5', []], 'second');
    expect([other.isStale(scan('5'), 'second'), other.isStale(scan('5'), 'second')]).toEqual([true, true]);
  });

  it('that was found stale once is not found so by the process after that', () => {
    const guard = new ScanGuard();
    guard.answered(scan('0'), ['5', []], 'first');
    expect(guard.isStale(scan('5'), 'second')).toBe(true);
    expect(guard.isStale(scan('5'), 'third')).toBe(false);
  });

  it('0 is the beginning of a scan: it is never stale', () => {
    const guard = new ScanGuard();
    guard.answered(scan('5'), ['0', []], 'first');
    expect(guard.isStale(scan('0'), 'second')).toBe(false);
  });

  it('may be a number, and may be missing', () => {
    const guard = new ScanGuard();
    for (const reply of [null, 'OK', 7]) guard.answered(scan('0'), reply, 'first');
    guard.answered(scan('0'), [5, []], 'first');
    expect(guard.isStale(scan('5'), 'second')).toBe(true);
  });

  it('is read from the bytes of a reply too', () => {
    const guard = new ScanGuard();
    guard.answered(scan('0'), Buffer.from('*2\r\n$2\r\n17\r\n*0\r\n'), 'first');
    expect(guard.isStale(scan('17'), 'second')).toBe(true);
  });

  it('is remembered for the last 1,000 places', () => {
    const guard = new ScanGuard();
    for (let cursor = 1; cursor <= 1001; cursor++) guard.answered(scan('0'), [`${cursor}`, []], 'first');
    expect(guard.isStale(scan('1'), 'second')).toBe(false);
    expect(guard.isStale(scan('2'), 'second')).toBe(true);
    expect(guard.isStale(scan('1001'), 'second')).toBe(true);
  });
});

describe('a scan whose server process is gone', () => {
  it('begins again, and says so', async () => {
    const { issue, dispatch, settle, told } = gateStage();
    dispatch.answer(issue('scan', '0'), ['5', ['a']]);
    await settle();
    dispatch.server = 'second';
    const step = issue('scan', '5', 'MATCH', 'user:*');
    expect(step.args.map(String)).toEqual(['0', 'MATCH', 'user:*']);
    dispatch.answer(step, ['0', ['a', 'b']]);
    expect(await step.promise).toEqual(['0', ['a', 'b']]);
    expect(told).toEqual([{ event: 'scan-restart', command: 'scan' }]);
  });

  it('begins again when its step is sent again on another process', async () => {
    const { issue, dispatch, gate, settle } = gateStage();
    dispatch.answer(issue('hscan', 'h', '0'), ['5', ['a', '1']]);
    await settle();
    const step = issue('hscan', 'h', '5');
    dispatch.write();
    gate.hold(10_000);
    dispatch.break();
    await settle();
    dispatch.server = 'second';
    gate.serve();
    expect(dispatch.slow.at(-1)).toBe(step);
    expect(step.args.map(String)).toEqual(['h', '0']);
  });

  it('begins again within a pipeline', async () => {
    const { pipeline, dispatch, settle, told } = gateStage();
    const [first] = await pipeline(['hscan', 'h', '0'], ['get', 'a']);
    for (const command of dispatch.slow.slice())
      dispatch.answer(command, command === first ? ['5', []] : 'x');
    await settle();
    dispatch.server = 'second';
    const [get, step] = await pipeline(['get', 'a'], ['hscan', 'h', '5']);
    expect(get?.args.map(String)).toEqual(['a']);
    expect(step?.args.map(String)).toEqual(['h', '0']);
    expect(told).toEqual([{ event: 'scan-restart', command: 'hscan' }]);
  });

  it('begins again within a pipeline that has nothing but its step, and waited for a connection', async () => {
    const { issue, pipeline, dispatch, gate, settle } = gateStage();
    dispatch.answer(issue('scan', '0'), ['5', ['a']]);
    await settle();
    gate.hold(10_000);
    const [step] = await pipeline(['scan', '5']);
    dispatch.server = 'second';
    gate.serve();
    expect(step?.args.map(String)).toEqual(['0']);
  });

  it('fails where that was chosen, and is not sent', async () => {
    const { issue, pipeline, dispatch, settle, told } = gateStage({ retry: { scans: 'fail' } });
    for (let scans = 0; scans < 2; scans++) dispatch.answer(issue('scan', '0'), ['5', ['a']]);
    await settle();
    dispatch.server = 'second';
    const { length } = dispatch.sent;
    await expect(issue('scan', '5').promise).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      outcome: 'unknown',
      message: expect.stringContaining('cursor 0') as string,
    });
    const [step] = await pipeline(['scan', '5'], ['get', 'a']);
    await expect(step?.promise).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(dispatch.sent).toHaveLength(length);
    expect(told.map(({ event }) => event)).toEqual(['command-failed', 'command-failed']);
  });

  it('goes on where nobody knows the process', async () => {
    const { issue, dispatch, settle } = gateStage();
    dispatch.answer(issue('scan', '0'), ['5', ['a']]);
    await settle();
    dispatch.server = undefined;
    expect(issue('scan', '5').args.map(String)).toEqual(['5']);
  });
});
