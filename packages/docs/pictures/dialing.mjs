import { dot, line, picture, text } from './drawing.mjs';

const start = 118;
const attemptAt = [0, 1, 2, 3, 4].map((turn) => start + turn * 34);
const back = start + 4.4 * 34;
const success = start + 5 * 34;

export function dialingPicture() {
  const row = (y, name) => [text(12, y + 4.5, name), line([start - 8, y], [348, y])];
  return picture({
    title: 'Attempts to connect',
    description:
      'Three connections to one server share one schedule. One of them tries at each period. When its attempt succeeds, the others follow at once.',
    height: 268,
    parts: [
      text(12, 26, 'One schedule for all connections', { look: 'bold' }),
      line([back, 44], [back, 186], 'line dashed'),
      text(back, 40, 'Redis is back', { anchor: 'middle', look: 'quiet-text' }),
      ...row(70, 'client'),
      ...attemptAt.map((x) => dot(x, 70, 'bad')),
      dot(success, 70, 'good'),
      ...row(114, 'duplicate'),
      dot(success + 16, 114, 'good'),
      ...row(158, 'worker'),
      dot(success + 30, 158, 'good'),
      text(start, 92, 'one leads: a try each period', { look: 'quiet-text' }),
      text(start, 136, 'the others wait, then follow', { look: 'quiet-text' }),
      dot(20, 206, 'bad'),
      text(32, 210.5, 'failed'),
      dot(92, 206, 'good'),
      text(104, 210.5, 'connected and proven'),
      text(
        12,
        236,
        ['The period is 100 ms for a few clients and', 'grows to 5 s with the size of the fleet.'],
        {
          look: 'quiet-text',
        },
      ),
    ],
  });
}
