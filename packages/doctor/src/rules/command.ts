/**
 * Matches a value that may appear in a command: it contains nothing that a shell interprets, and no leading hyphen,
 * which would make it an option.
 */
const plainWord = /^[A-Za-z0-9_./:[\]+,=][A-Za-z0-9_./:[\]+,=-]{0,254}$/;

/**
 * Builds a command to paste. Addresses, names and paths may come from the server, which is not trusted with the
 * operator's shell: a value that is not a plain word is replaced by `VALUE`.
 *
 * @example
 * command`ls -l ${'/run/redis.sock'}`; // ls -l /run/redis.sock
 * command`ls -l ${'/tmp; reboot'}`; // ls -l VALUE
 */
export function command(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | undefined)[]
): string {
  return String.raw({ raw: texts }, ...values.map((value) => wordOf(String(value))));
}

function wordOf(text: string): string {
  return plainWord.test(text) ? text : 'VALUE';
}
