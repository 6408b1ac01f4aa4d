/**
 * Parses the arguments of this process. If the arguments are invalid, prints the error's first line and returns
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
