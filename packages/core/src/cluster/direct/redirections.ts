import { trackFast, type Call } from '../../command/call.ts';
import type { DriverCommand, SendCommand } from '../../driver/driver-command.ts';
import { isReplyError } from '../../replies/connection-error.ts';
import { redirectionOf } from '../../replies/reply-error.ts';

/**
 * Lets the cluster client follow the redirections (MOVED and ASK) of commands that were written directly to a node,
 * without the client. A redirected command is passed to the cluster client as if the application had just issued it. If
 * the client picks the node that has just redirected the command, the command is not sent to that node again: instead,
 * the client immediately gets the node's redirection.
 */
export class Redirections {
  readonly #send: SendCommand;
  #current: { readonly command: DriverCommand; readonly reply: Error } | undefined;

  /** `send` passes a command to the cluster client. */
  constructor(send: SendCommand) {
    this.#send = send;
  }

  /**
   * Handles an error reply to a command: if the reply is a redirection, makes the client follow it, otherwise rejects
   * the command.
   */
  refuse(command: DriverCommand, reply: Error): void {
    const call = command.call as Call;
    // From now on, the client itself follows the redirections of this command.
    trackFast(command, call);
    if (call.settled || !isRedirection(reply)) {
      command.reject(reply);
      return;
    }
    call.written = undefined;
    this.#current = { command, reply };
    this.#send(command);
    this.#current = undefined;
  }

  /**
   * Returns the redirection with which a node has just replied to a command; undefined if there is none, so that the
   * command has to be sent.
   */
  replyTo(command: DriverCommand): Error | undefined {
    return this.#current?.command === command ? this.#current.reply : undefined;
  }
}

/**
 * Records that a command has not run when a node redirects it. The client may take a while before it sends the command
 * again, and if the deadline of the call passes in that time, the caller learns that the command has not run.
 */
export function noteRedirections(command: DriverCommand, call: NonNullable<DriverCommand['call']>): void {
  const { reject } = command;
  command.reject = (reply) => {
    command.reject = reject;
    if (!call.settled && isRedirection(reply)) call.written = undefined;
    return reject.call(command, reply);
  };
}

function isRedirection(error: Error): boolean {
  const redirection = isReplyError(error) ? redirectionOf(error.message) : undefined;
  // CLUSTERDOWN is not a redirection, because it names no other node.
  return redirection !== undefined && redirection !== 'down';
}
