/** What the fuzzing found: an invariant that did not hold, and the case that shows it. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** What every secret of a case begins with: no error, log line or event may hold it. */
export const secretMark = 'SECRET-';

/** Throws a {@link Finding} where a text that is printed holds a secret. */
export function checkPrinted(what: string, text: string): void {
  if (text.includes(secretMark))
    throw new Finding(`${what} holds a credential, key or value: ${text.slice(0, 300)}`);
}

/** Settles as the call does, or throws a {@link Finding} when it does not within the time. */
export async function settledWithin<T>(what: string, call: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    // oxlint-disable-next-line no-restricted-globals -- the bound of the judge, in real time
    timer = setTimeout(() => reject(new Finding(`${what} did not settle within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    // oxlint-disable-next-line no-restricted-globals -- the bound of the judge, in real time
    clearTimeout(timer);
  }
}
