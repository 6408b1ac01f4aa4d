/** The result of fuzzing: an invariant that was violated, and the case that violates it. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** The prefix of all secrets: no error, log line or event may contain it. */
export const secretMark = 'SECRET-';

/** Throws a {@link Finding} if a printed text contains a secret. */
export function checkPrinted(what: string, text: string): void {
  if (text.includes(secretMark))
    throw new Finding(`${what} holds a credential, key or value: ${text.slice(0, 300)}`);
}

/** Settles as `call` does; throws a {@link Finding} if `call` takes longer than `timeoutMs`. */
export async function settledWithin<T>(what: string, call: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    // oxlint-disable-next-line no-restricted-globals -- this time limit is in real time
    timer = setTimeout(() => reject(new Finding(`${what} did not settle within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    // oxlint-disable-next-line no-restricted-globals -- this time limit is in real time
    clearTimeout(timer);
  }
}
