import { arrow, box, picture, text } from './drawing.mjs';

export function codePicture() {
  const wide = (y, look, lines) => box({ x: 16, y, width: 328, height: 44, look, lines });
  const left = (y, lines) => box({ x: 16, y, width: 158, height: 44, look: 'accent', lines });
  const right = (y, lines) => box({ x: 186, y, width: 158, height: 44, look: 'good', lines });
  const down = (x, y) =>
    arrow([
      [x, y],
      [x, y + 16],
    ]);
  return picture({
    title: 'Where each part of the code is',
    description:
      'An application calls an adapter, which calls core. In core, a call goes through verbs, command, circuit and socket. The connection is made by connection, dialing, handshake and target.',
    height: 498,
    parts: [
      wide(14, 'plain', ['your application', 'ioredis, BullMQ, sessions, ...']),
      down(180, 58),
      wide(76, 'plain', ['express, koa, nestjs, fallback', 'packages of their own, on top of core']),
      down(95, 120),
      down(265, 120),
      text(16, 154, 'the path of a call', { look: 'bold' }),
      text(186, 154, 'the connection', { look: 'bold' }),
      left(164, ['verbs', 'execute, applyOnce']),
      right(164, ['connection', 'its states, in order']),
      down(95, 208),
      down(265, 208),
      left(226, ['command', 'the gate of each call']),
      right(226, ['dialing', 'when to try again']),
      down(95, 270),
      down(265, 270),
      left(288, ['circuit', 'may it pass now?']),
      right(288, ['handshake', 'login, TLS, proof']),
      down(95, 332),
      down(265, 332),
      left(350, ['socket', 'one write per turn']),
      right(350, ['target', 'URLs and options']),
      down(95, 394),
      down(265, 394),
      wide(412, 'plain', ['Redis', 'one server, Sentinel, a Cluster, several']),
      text(180, 480, 'observability/ reports on all of it', { anchor: 'middle', look: 'quiet-text' }),
    ],
  });
}
