import { expect, it } from 'vitest';
import { recentOomKills } from '../../packages/doctor/src/evidence/host/oom-killer.ts';

const killed = 'host kernel: [1.0] Out of memory: Killed process 7 (redis-server)';
const now = new Date(2026, 0, 1, 0, 20, 0).getTime();

it.each([
  ['half an hour ago, with a full time', `${new Date(now - 1_800_000).toISOString()} ${killed}`, 1],
  ['two hours ago, with a full time', `${new Date(now - 7_200_000).toISOString()} ${killed}`, 0],
  ['half an hour ago, in the year before', `Dec 31 23:50:00 ${killed}`, 1],
  ['ten minutes ago', `Jan  1 00:10:00 ${killed}`, 1],
  ['two hours ago', `Dec 31 22:20:00 ${killed}`, 0],
  ['months ago', `Aug 12 00:10:00 ${killed}`, 0],
  ['at an unknown time', killed, 0],
])('an end by the OOM killer %s counts only within the last hour', (_, line, count) => {
  expect(recentOomKills([line, ''], now)).toHaveLength(count);
});
