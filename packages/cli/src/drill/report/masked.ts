import { plainText } from '../../plain-text.ts';

const mask = '***';
const script = /\.(?:[cm]?[jt]sx?|py|rb|sh)$/;
/** Matches a word that says what to run, such as `run` or `start:prod`. */
const verb = /^[a-z][a-z:-]{0,23}$/;
/** Matches an id or a token: at least 16 characters, one of them a digit. */
const token = /^(?=.*\d)\S{16,}$/;

/**
 * Returns a command in a form that a report may show. The program, words such as `run`, the script, and the names of
 * options are kept. All other words are masked, because reports are pasted into tickets, and a word may be a password.
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

/** Returns a line of the application's output with the credentials in its URLs masked. */
export function maskedLine(line: string): string {
  return line.replaceAll(/:\/\/[^\s'"]*@/g, `://${mask}@`);
}

/**
 * Returns a request in a form that a report may show. Masks credentials, the values of query parameters, and all parts
 * of the path that look like an id or a token: at least 16 characters, one of them a digit.
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
