import { describe, expect, it } from 'vitest';
import { traitsOf } from '../../../packages/core/src/catalogue/command-traits.ts';
import { Redirections } from '../../../packages/core/src/cluster/direct/redirections.ts';
import { Call, trackFast } from '../../../packages/core/src/command/call.ts';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { commandOf, replyError } from '../command/call-of.ts';

/** A command that was sent to a node directly, and a Cluster client that records the commands it gets. */
class Stage {
  readonly sent: { readonly command: DriverCommand; readonly reply: Error | undefined }[] = [];
  readonly failures: Error[] = [];
  readonly redirections = new Redirections((command) => {
    this.sent.push({ command, reply: this.redirections.replyTo(command) });
  });
  readonly command = commandOf('get', 'a');
  readonly call = new Call(
    {
      categories: undefined,
      answered: () => undefined,
      failed: (_call, error) => this.failures.push(error),
      withdraw: () => undefined,
    },
    this.command,
    traitsOf('get'),
  );

  constructor() {
    trackFast(this.command, this.call);
  }
}

describe('a command written to a node directly', () => {
  it.each(['MOVED 15495 127.0.0.1:7002', 'ASK 15495 127.0.0.1:7002', 'TRYAGAIN Multiple keys request'])(
    'goes to the cluster client, with the reply that it has already got: %s',
    (message) => {
      const { redirections, command, sent, failures } = new Stage();
      const reply = replyError(message);
      redirections.refuse(command, reply);
      expect([sent, failures]).toEqual([[{ command, reply }], []]);
      expect(redirections.replyTo(command)).toBeUndefined();
    },
  );

  it('is redirected by this library once, and after that by the cluster client', () => {
    const { redirections, command, sent, failures } = new Stage();
    redirections.refuse(command, replyError('MOVED 15495 127.0.0.1:7002'));
    const last = replyError('MOVED 15495 127.0.0.1:7003');
    command.reject(last);
    expect([sent.length, failures]).toEqual([1, [last]]);
  });

  it.each([
    replyError('CLUSTERDOWN Hash slot not served'),
    replyError('WRONGTYPE Operation against a key holding the wrong kind of value'),
    new Error('MOVED 15495 127.0.0.1:7002'),
  ])('fails with any other error: %s', (error) => {
    const { redirections, command, sent, failures } = new Stage();
    redirections.refuse(command, error);
    expect([sent, failures]).toEqual([[], [error]]);
  });

  it('is not sent again once its caller has a result', () => {
    const { redirections, command, call, sent } = new Stage();
    call.settled = true;
    redirections.refuse(command, replyError('MOVED 15495 127.0.0.1:7002'));
    expect(sent).toEqual([]);
  });
});
