import type { Socket } from 'node:net';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';
import { sessionOf, type DriverSession } from './driver-session.ts';
import { UnansweredCommands } from './unanswered-commands.ts';

/** One connection of a driver: its session state, and its unanswered commands. */
export class DriverConnection {
  readonly session: DriverSession;
  readonly unanswered: UnansweredCommands;

  constructor(
    options: Readonly<Record<string, unknown>>,
    onMessage: (channel: string, message: string) => void,
  ) {
    this.session = sessionOf(options);
    this.unanswered = new UnansweredCommands(this.session, onMessage);
  }

  /** Reads incoming data, as the first listener of the socket. */
  read(socket: Socket): void {
    const reader = new ReplyReader();
    socket.prependListener('data', (chunk: Buffer) => {
      for (const reply of reader.push(chunk).replies) this.unanswered.take(reply);
    });
    socket.resume();
  }

  write(command: DriverCommand, socket: Socket): void {
    if (command.name === 'select') this.session.database = Number(command.args[0]);
    socket.write(command.toWritable(socket));
    this.unanswered.add(command);
  }
}
