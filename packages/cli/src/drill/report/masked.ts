import { plainText } from '../../plain-text.ts';

const mask = '***';
const script = /\.(?:[cm]?[jt]sx?|py|rb|sh)$/;
/** Matches a program, or a word such as `run` or `start:prod`. */
const verb = /^[a-z][a-z:-]{0,23}$/;
/** Matches an id or a token: long, and with a digit. Short numbers and words are part of the address. */
const token = /^(?=.*\d)[\w.~=+-]{16,}$/;

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

/** A request as a report may show it: without query values, credentials, or tokens in its path. */
export function maskedRequest(request: string): string {
  const [, method = '', rest = ''] = /^([A-Z]+\s+)?(.*)$/s.exec(request.trim()) ?? [];
  const [beforeHash = ''] = rest.split('#');
  const [path = '', ...queries] = beforeHash.split('?');
  const withoutLogin = path.replace(/^(https?:\/\/)[^/]*@/, `$1${mask}@`);
  const segments = withoutLogin.split('/').map((segment) => (token.test(segment) ? mask : segment));
  const query = queries
    .join('?')
    .split('&')
    .map((field) => `${field.split('=', 1)[0]}${field.includes('=') ? `=${mask}` : ''}`)
    .map((field) => (token.test(field) ? mask : field));
  return plainText(`${method}${segments.join('/')}${queries.length > 0 ? `?${query.join('&')}` : ''}`, 300);
}
