/**
 * Matches a value that is safe in a shell command: it contains nothing that a shell interprets, and does not start with
 * a hyphen, which would make it an option.
 */
const plainWord = /^[A-Za-z0-9_./:[\]+,=][A-Za-z0-9_./:[\]+,=-]{0,254}$/;

/**
 * Builds a command that an operator can paste into a shell. Addresses, names and paths may come from a hostile server,
 * so a value that a shell could interpret is replaced by `VALUE`.
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
