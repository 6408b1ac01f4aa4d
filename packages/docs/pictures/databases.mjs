import { box, line, picture, text } from './drawing.mjs';

export function databasesPicture() {
  const bar = (y, from, to, look, label) =>
    box({ x: from, y, width: to - from, height: 34, look, lines: [label] });
  const moment = (x, bottom) => line([x, 46], [x, bottom], 'line dashed');
  return picture({
    title: 'Two databases through an outage of the first one',
    description:
      'Calls go to the first database. When its server is unavailable for 150 ms, they go to the second one. When the first one has been healthy for a minute, they return to it.',
    height: 306,
    parts: [
      text(12, 26, 'Calls go to one database at a time', { look: 'bold' }),
      moment(118, 150),
      moment(196, 150),
      moment(262, 150),
      text(12, 76, 'first'),
      bar(54, 62, 118, 'good', 'in use'),
      bar(54, 118, 196, 'bad', 'down'),
      bar(54, 196, 262, 'warn', 'on trial'),
      bar(54, 262, 348, 'good', 'in use'),
      text(12, 122, 'second'),
      bar(100, 62, 118, 'plain', 'idle'),
      bar(100, 118, 262, 'good', 'in use'),
      bar(100, 262, 348, 'plain', 'idle'),
      text(118, 166, '1', { anchor: 'middle', look: 'bold' }),
      text(196, 166, '2', { anchor: 'middle', look: 'bold' }),
      text(262, 166, '3', { anchor: 'middle', look: 'bold' }),
      text(12, 196, [
        '1: The server has been down for 150 ms. Reads',
        'and SETs continue on the second one. An INCR',
        'in flight fails: OUTCOME_UNKNOWN.',
      ]),
      text(12, 252, ['2: The first one is up again, and is watched.']),
      text(12, 274, [
        '3: It was healthy for a minute. Calls in flight',
        'get their replies, then calls return to it.',
      ]),
    ],
  });
}
