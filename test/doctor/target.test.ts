import { diagnose } from '@redis-resilience/doctor';
import { freePort } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';

describe('a malformed target', () => {
  it.each([
    'http://localhost',
    'localhost:6379',
    'redis://localhost:99999',
    'redis://localhost/name',
    'redis://a,b',
    'redis://local host',
    '"redis://localhost"',
    'redis://user:se/cret@localhost',
    'redis://[::1',
    'redis+sentinel://localhost',
    'redis+cluster://localhost/1',
    'redis://localhost?conectTimeout=1',
    '',
  ])('is refused before anything is opened: %s', async (url) => {
    const refused = diagnose(url);
    await expect(refused).rejects.toMatchObject({ name: 'ConfigurationError' });
    await expect(refused).rejects.not.toThrow(/se\/cret/);
  });

  it.each([
    [{ sentinels: [{ host: 'localhost' }] }, /needs the name of the primary/],
    [{ cluster: ['redis+sentinel://localhost/mymaster'] }, /does not lead to one server/],
    [{ cluster: [] }, /at least one node/],
    [{ port: 99_999 }, /port/],
  ])('is refused as options too: %j', async (target, message) => {
    await expect(diagnose(target as never)).rejects.toThrow(message);
  });
});

describe('the target that is shown', () => {
  it.each([
    ['redis://user:p%40ss@127.0.0.1:PORT/2', 'redis://127.0.0.1:PORT/2'],
    ['rediss://:secret@127.0.0.1:PORT', 'rediss://127.0.0.1:PORT'],
    ['redis+sentinel://:secret@127.0.0.1:PORT/main', 'redis+sentinel://127.0.0.1:PORT/main'],
    ['redis+cluster://:secret@127.0.0.1:PORT', 'redis+cluster://127.0.0.1:PORT'],
    ['/tmp/no-such-folder/none.sock?password=secret', 'unix:///tmp/no-such-folder/none.sock'],
  ])('holds no credential: %s', async (url, shown) => {
    const port = String(await freePort());
    const diagnosis = await diagnose(url.replace('PORT', port), { depth: 'short' });
    expect(diagnosis.target).toBe(shown.replace('PORT', port));
    expect(JSON.stringify(diagnosis)).not.toMatch(/secret|p@ss|p%40ss/);
  });
});
