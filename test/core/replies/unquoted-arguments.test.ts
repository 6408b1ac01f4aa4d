import { describe, expect, it } from 'vitest';
import { unquoteArguments } from '../../../packages/core/src/replies/unquoted-arguments.ts';

function unquoted(message: string): Error {
  const error = new Error(message);
  unquoteArguments(error);
  return error;
}

describe('an error of the server', () => {
  it.each([
    [
      "ERR unknown command 'GETT', with args beginning with: 'session:secret' 'value' ",
      "ERR unknown command 'GETT'",
    ],
    [
      'ERR unknown command `GETT`, with args beginning with: `session:secret`, ',
      'ERR unknown command `GETT`',
    ],
    [
      "ERR Error in ACL SETUSER modifier '>secret': Syntax error",
      "ERR Error in ACL SETUSER modifier '(not shown)': Syntax error",
    ],
    [
      "ERR Error in ACL SETUSER modifier '>it's secret': Syntax error",
      "ERR Error in ACL SETUSER modifier '(not shown)': Syntax error",
    ],
    ['ERR Unsupported CONFIG parameter: secret', 'ERR Unsupported CONFIG parameter: (not shown)'],
  ])('quotes no argument in message or stack: %s', (message, expected) => {
    const error = unquoted(message);
    expect(error.message).toBe(expected);
    expect(error.stack).not.toContain('secret');
    expect(error.stack).toContain(expected);
  });

  it.each([
    'WRONGTYPE Operation against a key',
    'ERR wrong number of arguments',
    "ERR unknown command 'GETT'",
  ])('is left as it is if it quotes none: %s', (message) => {
    const error = unquoted(message);
    expect(error.message).toBe(message);
    expect(error.stack).toContain(message);
  });
});
