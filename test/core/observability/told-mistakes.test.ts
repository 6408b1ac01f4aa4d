import { once } from 'node:events';
import { ConfigurationError, RedisUnavailableError } from '@redis-resilience/core';
import { renderError } from '@redis-resilience/core/http';
import { expect, it } from 'vitest';

it('a mistake in a handler is a 500 without details, and once a process warning with the place in the code', async () => {
  const message = `The option execute.fallbak does not exist: ${process.hrtime.bigint()}`;
  const warnings: (Error & { detail?: string })[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  try {
    const error = new ConfigurationError(message);
    renderError(new RedisUnavailableError('away'));
    for (let request = 0; request < 3; request++) {
      const answer = renderError(error);
      expect(answer?.status).toBe(500);
      expect(answer?.body).not.toContain('fallbak');
    }
    const end = once(process, 'warning');
    process.emitWarning('the last one');
    await end;
  } finally {
    process.off('warning', note);
  }
  expect(warnings.map((warning) => warning.message)).toEqual([message, 'the last one']);
  expect(warnings[0]).toMatchObject({ name: 'RedisResilience' });
  expect(warnings[0]?.detail).toMatch(/^ {4}at .*told-mistakes\.test\.ts/);
});
