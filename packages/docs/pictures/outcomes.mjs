import { arrow, box, picture, text } from './drawing.mjs';

export function outcomesPicture() {
  const question = (y, lines) => box({ x: 16, y, width: 148, height: 46, look: 'accent', lines });
  const answer = (y, look, lines, height = 46) => box({ x: 206, y, width: 140, height, look, lines });
  const step = (y, lines) => [
    arrow([
      [90, y],
      [90, y + 34],
    ]),
    text(98, y + 22, lines),
  ];
  const aside = (y, label) => [
    arrow([
      [164, y],
      [204, y],
    ]),
    text(173, y - 6, label),
  ];
  return picture({
    title: 'What becomes of a call whose connection broke',
    description:
      'A call that was not sent is sent again. A call that the server refused has the outcome refused. A call without an answer is sent again if a second run is harmless; otherwise it fails with the outcome unknown.',
    height: 408,
    parts: [
      text(16, 26, 'A call did not succeed. Did it run?', { look: 'bold' }),
      question(40, ['Was it sent?']),
      ...aside(63, 'no'),
      answer(40, 'good', ['not-applied', 'sent again in time']),
      ...step(86, ['yes']),
      question(122, ['Did the server', 'answer?']),
      ...aside(145, 'yes'),
      answer(122, 'plain', ['refused', 'with an error']),
      ...step(168, ['no: it may have run']),
      question(204, ['May it run twice?']),
      ...aside(227, 'yes'),
      answer(204, 'good', ['sent again', 'GET, SET, EXPIRE']),
      ...step(250, ['no']),
      box({
        x: 16,
        y: 286,
        width: 330,
        height: 46,
        look: 'bad',
        lines: ['unknown', 'INCR, LPUSH, scripts: OUTCOME_UNKNOWN'],
      }),
      box({
        x: 16,
        y: 346,
        width: 330,
        height: 46,
        look: 'good',
        lines: ['with applyOnce', 'runs once, however often it is tried'],
      }),
    ],
  });
}
