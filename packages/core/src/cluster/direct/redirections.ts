import { trackFast, type Call } from '../../command/call.ts';
import type { DriverCommand, SendCommand } from '../../driver/driver-command.ts';
import { isReplyError } from '../../replies/connection-error.ts';
import { redirectionOf } from '../../replies/reply-error.ts';

/**
 * Lets the cluster client follow the redirections of commands that were written to a node without it. The client sends
 * such a command as if it were new, and gets the reply that the node has already given.
 */
export class Redirections {
  readonly #send: SendCommand;
  #current: { readonly command: DriverCommand; readonly reply: Error } | undefined;

  /** `send` passes a command to the cluster client. */
  constructor(send: SendCommand) {
    this.#send = send;
  }

  /** Rejects a command with the error that the node replied, or has the client follow it if it is a redirection. */
  refuse(command: DriverCommand, reply: Error): void {
    const call = command.call as Call;
    // From now on, the client itself follows the redirections of this command.
    trackFast(command, call);
    if (call.settled || !isRedirection(reply)) {
      command.reject(reply);
      return;
    }
    this.#current = { command, reply };
    this.#send(command);
    this.#current = undefined;
  }

  /**
   * Returns the reply that this node has already given to a command; undefined if the command has to be sent. If the
   * client has meanwhile learnt that another node serves the command, it is sent to that node.
   */
  replyTo(command: DriverCommand): Error | undefined {
    return this.#current?.command === command ? this.#current.reply : undefined;
  }
}

function isRedirection(error: Error): boolean {
  const redirection = isReplyError(error) ? redirectionOf(error.message) : undefined;
  // CLUSTERDOWN does not lead to another node.
  return redirection !== undefined && redirection !== 'down';
}
