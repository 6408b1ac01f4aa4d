/**
 * Returns what the arguments of this process ask for. If they make no sense, prints the error's line and returns
 * undefined.
 */
export function readRequest<Request>(requestIn: (args: readonly string[]) => Request): Request | undefined {
  try {
    return requestIn(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message.split('\n')[0]);
    return undefined;
  }
}
