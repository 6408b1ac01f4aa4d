import { arrow, box, picture, text } from './drawing.mjs';

export function circuitPicture() {
  const state = (y, look, lines) => box({ x: 20, y, width: 150, height: 58, look, lines });
  const status = (y, look, lines) => box({ x: 20, y, width: 320, height: 44, look, lines });
  return picture({
    title: 'Circuits and status',
    description:
      'A closed circuit opens when half of 20 calls fail, 5 in a row fail, or the server refuses writes. After openMs it is half-open: three trial calls that succeed close it, one that fails opens it. Both lanes together give the status.',
    height: 508,
    parts: [
      text(20, 26, 'One circuit for reads, one for writes', { look: 'bold' }),
      state(40, 'good', ['closed', 'all calls pass']),
      arrow([
        [60, 98],
        [60, 146],
      ]),
      text(72, 117, ['half of 20 calls failed, 5 in a row', 'failed, or the server refuses writes']),
      state(148, 'bad', ['open', 'calls fail at once']),
      arrow([
        [60, 206],
        [60, 248],
      ]),
      text(72, 231, 'after openMs'),
      state(250, 'warn', ['half-open', 'a few calls pass']),
      arrow([
        [170, 290],
        [196, 290],
        [196, 177],
        [172, 177],
      ]),
      text(204, 200, 'one fails'),
      arrow([
        [170, 268],
        [322, 268],
        [322, 69],
        [172, 69],
      ]),
      text(204, 62, 'three succeed'),
      text(20, 342, 'Both lanes give the status', { look: 'bold' }),
      status(354, 'good', ['up', 'reads and writes work']),
      status(404, 'warn', ['degraded', 'only reads work, or Redis is on trial']),
      status(454, 'bad', ['down', 'nothing works']),
    ],
  });
}
