import { describe, expect, it } from 'vitest';
import type { DriverCommand } from '../../../../packages/core/src/driver/driver-command.ts';
import { scriptTextOf } from '../../../../packages/core/src/ioredis/commands/script-text.ts';
import { supportedIoredis } from '../supported-ioredis.ts';

const lua = 'return redis.call("get", KEYS[1])';

describe.each(supportedIoredis)('the text of a script of ioredis %s', (_version, { Redis }) => {
  /** Makes a client with the script, which keeps its commands; returns the first one that `issue` sends. */
  function sentBy(
    issue: (client: Record<string, (...args: unknown[]) => unknown>) => unknown,
  ): DriverCommand {
    const client = new Redis({ lazyConnect: true, scripts: { given: { numberOfKeys: 1, lua } } });
    client.defineCommand('defined', { numberOfKeys: 1, lua });
    const sent: DriverCommand[] = [];
    client.sendCommand = (command) => {
      sent.push(command as unknown as DriverCommand);
      return Promise.resolve(null);
    };
    issue(client as never);
    return sent[0] as DriverCommand;
  }

  it.each(['defined', 'given'])('is known of a command that was %s, which stays as it is', (name) => {
    const command = sentBy((client) => client[name]?.('key', 'token'));
    const before = [...command.args];
    expect(scriptTextOf(command)).toBe(lua);
    expect(command.name).toBe('evalsha');
    expect(command.args).toEqual(before);
  });

  it('is unknown of a digest that the application sends, and of any other command', () => {
    expect(scriptTextOf(sentBy((client) => client['evalsha']?.('a'.repeat(40), 1, 'key')))).toBeUndefined();
    expect(scriptTextOf(sentBy((client) => client['get']?.('key')))).toBeUndefined();
  });

  it('is not looked for if there are many arguments', () => {
    const many = Array.from({ length: 20 }, String);
    expect(scriptTextOf(sentBy((client) => client['defined']?.('key', ...many)))).toBeUndefined();
  });
});
