import { box, line, picture, text } from './drawing.mjs';

/** @type {readonly { at: string, look: string, client: readonly string[], callers: readonly string[] }[]} */
const phases = [
  {
    at: '0 ms',
    look: 'warn',
    client: ['The socket closes.', 'The status is down,', 'with a cause.'],
    callers: ['GET and SET wait.', 'An INCR in flight:', 'outcome unknown.'],
  },
  {
    at: '… 250 ms',
    look: 'warn',
    client: ['It tries to connect', 'each 100 ms.'],
    callers: ['Calls wait. A short', 'restart costs none.'],
  },
  {
    at: '250 ms',
    look: 'bad',
    client: ['One log line', 'reports the outage.'],
    callers: ['Waiting calls fail, or', 'use their fallback.'],
  },
  {
    at: '… 10 s',
    look: 'bad',
    client: ['Attempts continue', 'at the same pace.'],
    callers: ['Calls fail at once.', 'No queue builds up.'],
  },
  {
    at: '10 s',
    look: 'good',
    client: ['It connects, and', 'verifies the server.'],
    callers: ['Calls succeed.'],
  },
];

export function outagePicture() {
  const parts = [
    text(84, 26, 'the client', { look: 'bold' }),
    text(220, 26, 'your callers', { look: 'bold' }),
  ];
  let y = 38;
  for (const { at, look, client, callers } of phases) {
    const height = Math.max(client.length, callers.length) * 17 + 18;
    parts.push(
      box({ x: 8, y, width: 68, height, look, lines: [at] }),
      text(84, y + 20, client),
      text(220, y + 20, callers),
    );
    y += height + 6;
    parts.push(line([84, y - 3], [352, y - 3], 'line dashed'));
  }
  parts.pop();
  return picture({
    title: 'An outage of ten seconds',
    description:
      'Redis is killed at 0 ms. Calls wait up to 250 ms, then fail immediately or use their fallback. At 10 s Redis is back, and calls succeed.',
    height: y + 4,
    parts,
  });
}
