import type { Socket } from 'node:net';
import { ReplyReader } from '@redis-resilience/core/protocol';
import { createRandom } from '../create-random.ts';
import type { OddPeerKind } from './odd-peer.ts';

/** How each odd peer treats a client that has just connected. */
export const manners: Readonly<Record<Exclude<OddPeerKind, 'unreachable'>, (client: Socket) => void>> = {
  silent: () => undefined,
  closes: (client) => client.end(),
  'max-clients': (client) => client.end('-ERR max number of clients reached\r\n'),
  garbage: (client) => client.on('data', () => client.write(garbage())),
  http: (client) => client.once('data', () => client.end(badRequest())),
  ssh: (client) => {
    client.write('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n');
    client.once('data', () => client.end('Invalid SSH identification string.\r\n'));
  },
  postgres: (client) => client.on('data', (bytes: Buffer) => answerAsPostgres(client, bytes)),
  memcached: (client) => {
    client.on('data', (bytes: Buffer) => {
      const lines = bytes.toString('latin1').split('\n').length - 1;
      client.write('ERROR\r\n'.repeat(lines));
    });
  },
  'refuses-hello': (client) => {
    const commands = new ReplyReader();
    client.on('data', (bytes: Buffer) => {
      for (const command of commands.push(bytes).replies)
        client.write(replyOfRedis5((command as string[]).map(String)));
    });
  },
};

/** Returns nginx's response to a request that is not HTTP. */
function badRequest(): string {
  const title = '400 Bad Request';
  const page = [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '<hr><center>nginx/1.22.1</center>',
    '</body>',
    '</html>',
    '',
  ].join('\r\n');
  const head = [
    `HTTP/1.1 ${title}`,
    'Server: nginx/1.22.1',
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: text/html',
    `Content-Length: ${page.length}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${page}`;
}

const sslRequest = 80_877_103;
const longestStartup = 10_000;

/**
 * Replies as PostgreSQL does. PostgreSQL expects a length first: it takes the first bytes of a Redis command for an
 * absurd length, and closes the connection without a reply.
 */
function answerAsPostgres(client: Socket, bytes: Buffer): void {
  const length = bytes.length < 8 ? 0 : bytes.readInt32BE(0);
  if (length < 8 || length > longestStartup) client.end();
  else if (length === 8 && bytes.readInt32BE(4) === sslRequest) client.write('N');
  else client.end(fatalError());
}

function fatalError(): Buffer {
  const fields = ['SFATAL', 'VFATAL', 'C28000', 'Mno pg_hba.conf entry for host "127.0.0.1", no encryption'];
  const body = Buffer.from(`${fields.join('\0')}\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function garbage(): Buffer {
  const random = createRandom(7);
  return Buffer.from(Array.from({ length: 64 }, () => 128 + Math.floor(random() * 128)));
}

function replyOfRedis5(command: readonly string[]): string {
  const [name = '', ...args] = command;
  switch (name.toLowerCase()) {
    case 'hello': {
      const begins = args.map((arg) => `\`${arg}\`, `).join('');
      return `-ERR unknown command \`${name}\`, with args beginning with: ${begins}\r\n`;
    }
    case 'ping':
      return '+PONG\r\n';
    case 'info':
      return bulk(
        '# Server\r\nredis_version:5.0.14\r\nredis_mode:standalone\r\n# Persistence\r\nloading:0\r\n',
      );
    case 'get':
      return '$-1\r\n';
    default:
      return '+OK\r\n';
  }
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
