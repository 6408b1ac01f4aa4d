/**
 * Thrown when a history contains a command that the model does not know. The `message` names the command, but never its
 * arguments.
 */
export class UnmodelledCommandError extends Error {
  override readonly name = 'UnmodelledCommandError';

  constructor(command: string) {
    super(
      `The history holds "${command}", which cannot be checked. Record the commands in modelledCommands only, ` +
        'and no key that expires by itself.',
    );
  }
}
