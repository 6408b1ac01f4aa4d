import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** Runs a script in a separate process, and returns the last line that it prints. */
async function printed(script: string, type: 'module' | 'commonjs'): Promise<string> {
  const args = ['--enable-source-maps', `--input-type=${type}`, '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  return stdout.trim();
}

const misuse = `let error; try { createRedisResilience('nonsense://') } catch (caught) { error = caught }`;

describe('the bundled core', () => {
  it('is one library, whichever entry it is loaded by', async () => {
    const script = `
      import { createRedisResilience, ConfigurationError } from '@redis-resilience/core';
      import { checkOptions } from '@redis-resilience/core/kit';
      import { refuseWithout } from '@redis-resilience/core/http';
      ${misuse}
      let other; try { checkOptions('here', { a: 1 }, {}) } catch (caught) { other = caught }
      console.log(typeof refuseWithout, error instanceof ConfigurationError, other instanceof ConfigurationError);`;
    expect(await printed(script, 'module')).toBe('function true true');
  });

  it('is required by CommonJS, and its stack traces lead to its source', async () => {
    const script = `
      const { createRedisResilience } = require('@redis-resilience/core');
      ${misuse}
      console.log(error.stack.includes('core/src/target/parse-target.ts'), error.code);`;
    expect(await printed(script, 'commonjs')).toBe('true CONFIGURATION');
  });
});
