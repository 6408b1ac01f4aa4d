import { codeOfReply } from './reply-error.ts';
import { ErrorReply } from './reply.ts';

const notShown = '(not shown)';

/**
 * Error messages in which the server repeats arguments without quotation marks or in an altered form. In each pair, the
 * second element replaces the text that the first element matches.
 */
const quotes: readonly (readonly [RegExp, string])[] = [
  [/^(ERR unknown (?:sub)?command [^]{0,200}?), with args beginning with: [^]*$/, '$1'],
  [/^(ERR unknown command )['`](?![\w.|-]{1,40}['`])[^]*$/, `$1${notShown}`],
  [/^(ERR Error in ACL SETUSER modifier )'[^]*'(:[^']*)$/, `$1'${notShown}'$2`],
  [/^(ERR Unsupported (?:option |CONFIG parameter: ))[^]*$/, `$1${notShown}`],
];
/** Error messages in which the text between quotation marks is the name of a command or subcommand, and no argument. */
const names =
  /^\S+ (?:wrong number of arguments for '|unknown subcommand '[A-Za-z-]{1,20}'|User \S+ has no permissions)/i;
const quoted = /(['"`])([^]*?)\1/g;

/**
 * Removes the command's arguments from the message and the stack of an error reply. `args` are the arguments of the
 * command, if they are known. For a script, `args` must be empty: the script wrote the message itself, so arguments
 * that the message quotes stay in it.
 */
export function unquoteArguments(error: Error, args: readonly unknown[] = []): void {
  const { message, stack } = error;
  const unquoted = withoutArguments(message, args);
  if (unquoted === message) return;
  error.message = unquoted;
  if (stack?.includes(message)) error.stack = stack.replace(message, () => unquoted);
}

/**
 * Returns the error reply, or only the code of the reply if its text contains one of these passwords, plain or in a
 * common encoding such as base64.
 */
export function withoutPasswords(reply: ErrorReply, passwords: readonly string[]): ErrorReply {
  const text = reply.message.toLowerCase();
  if (!passwords.some((password) => isQuoted(text, password))) return reply;
  const code = codeOfReply(reply.message);
  const isPassword = passwords.some((password) => isQuoted(code.toLowerCase(), password));
  return new ErrorReply(`${isPassword ? 'ERR' : code} (the rest of the reply quotes the password)`);
}

function withoutArguments(message: string, args: readonly unknown[]): string {
  if (message.startsWith('ERR ')) {
    const unquoted = quotes.reduce((text, rule) => text.replace(...rule), message);
    if (unquoted !== message) return unquoted;
  }
  if (args.length === 0 || !/['"`]/.test(message) || names.test(message)) return message;
  return message.replace(quoted, (all, mark: string, inside: string) =>
    args.some((arg) => isSame(arg, inside)) ? `${mark}${notShown}${mark}` : all,
  );
}

function isSame(arg: unknown, text: string): boolean {
  return Buffer.isBuffer(arg) ? arg.length >= text.length && arg.toString() === text : arg === text;
}

function isQuoted(lowerCaseText: string, password: string): boolean {
  if (password === '') return false;
  const bytes = Buffer.from(password);
  const forms = [
    password,
    bytes.toString('latin1'),
    encodeURIComponent(bytes.toString()),
    JSON.stringify(password).slice(1, -1),
    bytes.toString('base64url'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
  ];
  return forms.some((form) => lowerCaseText.includes(form.toLowerCase()));
}
