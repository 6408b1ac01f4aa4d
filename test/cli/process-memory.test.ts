import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { memoryOf } from '../../packages/cli/src/drill/process-memory.ts';

const bytesPerMb = 1024 * 1024;

/** Creates a copy of /proc as on a machine with 64-KiB memory pages. */
function procWith(...processes: { pid: number; parent: number; mb: number }[]): string {
  const proc = mkdtempSync(join(tmpdir(), 'proc-test-'));
  onTestFinished(() => rmSync(proc, { recursive: true }));
  for (const { pid, parent, mb } of processes) {
    mkdirSync(join(proc, String(pid)));
    const zeros = Array.from({ length: 19 }, () => 0).join(' ');
    writeFileSync(join(proc, `${pid}/stat`), `${pid} (node) S ${parent} ${zeros} ${mb * 16} 0\n`);
    const memory = mb === 0 ? '' : `VmHWM:\t  999999 kB\nVmRSS:\t  ${mb * 1024} kB\n`;
    writeFileSync(
      join(proc, `${pid}/status`),
      `Name:\tnode\nPid:\t${pid}\nPPid:\t${parent}\n${memory}Threads:\t1\n`,
    );
  }
  return proc;
}

it('the memory of a process and its descendants does not depend on the page size of the machine', async () => {
  const proc = procWith(
    { pid: 10, parent: 1, mb: 100 },
    { pid: 11, parent: 10, mb: 20 },
    { pid: 12, parent: 11, mb: 3 },
    { pid: 13, parent: 10, mb: 0 },
    { pid: 14, parent: 1, mb: 500 },
  );
  await expect(memoryOf(10, proc)).resolves.toBe(123);
  await expect(memoryOf(15, proc)).resolves.toBeUndefined();
  await expect(memoryOf(10, join(proc, 'none'))).resolves.toBeUndefined();
});

it.runIf(process.platform === 'linux')('the memory of this process is its resident memory', async () => {
  const rssMb = process.memoryUsage.rss() / bytesPerMb;
  expect(await memoryOf(process.pid)).toBeGreaterThan(rssMb / 2);
});
