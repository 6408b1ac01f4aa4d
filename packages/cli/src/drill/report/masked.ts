import { plainText } from '../../plain-text.ts';

const mask = '***';
const script = /\.(?:[cm]?[jt]sx?|py|rb|sh)$/;
/** Matches a program, or a word such as `run` or `start:prod`. */
const verb = /^[a-z][a-z:-]{0,23}$/;
/** Matches an id or a token: long, and with a digit. Short numbers and words are part of the address. */
const token = /^(?=.*\d)\S{16,}$/;

/**
 * A command as a report may show it: the program, the verbs or the script after it, and the names of the options.
 * Reports are pasted into tickets, and the value of an argument may be a password.
 */
export function maskedCommand(words: readonly string[]): string {
  let isOpen = true;
  const shown = words.map((word, index) => {
    if (index === 0 && !word.includes('=')) return word;
    const named = /^(--?[A-Za-z][\w-]*|[A-Za-z_]\w*)=/.exec(word);
    if (named !== null) return `${named[1]}=${mask}`;
    if (/^--[A-Za-z][\w-]*$|^-[A-Za-z]$/.test(word)) {
      isOpen = false;
      return word;
    }
    if (/^-[A-Za-z]/.test(word)) return `${word.slice(0, 2)}${mask}`;
    if (isOpen && script.test(word)) {
      isOpen = false;
      return word;
    }
    return isOpen && verb.test(word) ? word : mask;
  });
  return plainText(shown.join(' '), 500);
}

/** A line of the application's output without the credentials of URLs. */
export function maskedLine(line: string): string {
  return line.replaceAll(/:\/\/[^\s'"]*@/g, `://${mask}@`);
}

/**
 * A request as a report may show it: without query values, credentials, or anything in its path that looks like a token:
 * a part of 16 characters or more, one of them a digit.
 */
export function maskedRequest(request: string): string {
  const [, method = '', rest = ''] = /^([A-Z]+\s+)?(.*)$/s.exec(request.trim()) ?? [];
  const withoutLogin = rest.replace(/^(https?:\/\/)[^/]*@/, `$1${mask}@`);
  const [beforeHash = ''] = withoutLogin.split('#');
  const [address = '', ...queries] = beforeHash.split('?');
  const [, origin = '', path = ''] = /^(https?:\/\/[^/]*)?(.*)$/s.exec(address) ?? [];
  const segments = path.split('/').map(unlessToken);
  const query = queries
    .join('?')
    .split('&')
    .map((field) => {
      const [name = ''] = field.split('=', 1);
      return `${unlessToken(name)}${field.includes('=') ? `=${mask}` : ''}`;
    });
  const shown = `${method}${origin}${segments.join('/')}${queries.length > 0 ? `?${query.join('&')}` : ''}`;
  return plainText(shown, 300);
}

function unlessToken(part: string): string {
  return token.test(part) ? mask : part;
}
