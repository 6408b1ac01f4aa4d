/**
 * Makes a signal call `look`, which may abort the signal, before it says whether it is aborted. After the process has
 * stood still, code of the application may run before the timer that aborts the signal, and must not be told that all
 * is well.
 */
export function lookWhenAsked(signal: AbortSignal, look: () => void): void {
  Object.defineProperties(signal, {
    aborted: {
      get: (): unknown => {
        look();
        return Reflect.get(AbortSignal.prototype, 'aborted', signal);
      },
    },
    throwIfAborted: {
      value: (): void => {
        look();
        AbortSignal.prototype.throwIfAborted.call(signal);
      },
    },
  });
}
