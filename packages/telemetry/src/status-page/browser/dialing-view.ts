import { h, setText } from './element.ts';
import type { AttemptPicture, ConnectionPicture } from '../page-state.ts';
import { agoWords, codeWords, durationWords, numberWords } from './words.ts';

export interface DialingView {
  readonly node: HTMLElement;
  update(now: number, picture: ConnectionPicture): void;
}

const maxMarks = 20;

/** Shows when the next connection attempt is due, and how the last ones ended. */
export function createDialingView(): DialingView {
  const sentence = h('p');
  const fill = h('span');
  const countdown = h('div', { class: 'countdown', 'aria-hidden': 'true' }, fill);
  const marks = h('ol', { class: 'marks', 'aria-hidden': 'true' });
  return {
    node: h('div', { class: 'dialing' }, sentence, countdown, marks),
    update(now, picture) {
      setText(sentence, describeDialing(now, picture));
      // With attempts less than a second apart, the countdown bar would refill several times a second and convey
      // nothing.
      countdown.hidden = picture.status === 'up' || picture.retryAt === null || periodMs(picture) < 1000;
      fill.style.width = `${(shareLeft(now, picture) * 100).toFixed(1)}%`;
      showMarks(marks, picture.attempts);
    },
  };
}

/**
 * Returns a sentence that says when the next connection attempt is due or, if a connection is open, when the next check
 * of that connection is due.
 */
export function nextAttemptWords(
  now: number,
  { retryAt, circuit, connection, attempts }: ConnectionPicture,
): string {
  if (circuit.read === 'isolated') return 'No attempts until the connection is put back into use.';
  if (retryAt === null && connection === 'stalled') return 'Redis is pinged until it answers.';
  if (retryAt === null) return 'A connection attempt is in progress.';
  const what = connection === 'ready' || connection === 'stalled' ? 'check' : 'attempt';
  const period = periodMs({ retryAt, attempts });
  if (what === 'attempt' && period < 1000) return `Retrying about every ${(period / 1000).toFixed(1)} s.`;
  const leftMs = retryAt - now;
  return leftMs <= 50 ? `The next ${what} is due now.` : `Next ${what} in ${(leftMs / 1000).toFixed(1)} s.`;
}

function periodMs({ retryAt, attempts }: Pick<ConnectionPicture, 'retryAt' | 'attempts'>): number {
  return (retryAt ?? 0) - (attempts.at(-1)?.at ?? -Infinity);
}

function describeDialing(now: number, picture: ConnectionPicture): string {
  const { attempts, attemptCount, status } = picture;
  const last = attempts.at(-1);
  const lastWords = last === undefined ? '' : ` ${describeAttempt(now, last)}`;
  const count = attemptCount === 1 ? '1 attempt' : `${numberWords(attemptCount)} attempts`;
  const next = status === 'up' ? 'Connected.' : nextAttemptWords(now, picture);
  return `${next} ${count} so far.${lastWords}`;
}

function describeAttempt(now: number, { at, durationMs, cause }: AttemptPicture): string {
  const result = cause === null ? 'succeeded' : `failed (${codeWords(cause)})`;
  return `The last one ${result} ${agoWords(now - at)}, after ${durationWords(durationMs)}.`;
}

function shareLeft(now: number, { retryAt, attempts }: ConnectionPicture): number {
  const lastAt = attempts.at(-1)?.at ?? now;
  if (retryAt === null || retryAt <= lastAt) return 0;
  return Math.min(1, Math.max(0, (retryAt - now) / (retryAt - lastAt)));
}

function showMarks(list: HTMLElement, attempts: readonly AttemptPicture[]): void {
  const shown = attempts.slice(-maxMarks);
  while (list.childElementCount > shown.length) list.lastElementChild?.remove();
  while (list.childElementCount < shown.length) list.append(h('li'));
  for (const [index, { cause, durationMs }] of shown.entries()) {
    const mark = list.children[index] as HTMLElement;
    mark.className = cause === null ? 'ok' : 'failed';
    mark.title = `${cause === null ? 'connected' : codeWords(cause)}, after ${durationWords(durationMs)}`;
  }
}
