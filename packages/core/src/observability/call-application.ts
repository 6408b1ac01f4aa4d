import { hasMethod } from '../options/has-method.ts';

/**
 * Calls a function of the application, for example a listener or a logger. `onError` gets the error that the function
 * throws, or with which the promise that it returns is rejected, so that the error cannot end the process.
 */
export function callApplication(call: () => unknown, onError: (error: unknown) => void): void {
  try {
    const returned = call();
    if (hasMethod(returned, 'then')) Promise.resolve(returned).catch(onError);
  } catch (error) {
    onError(error);
  }
}
