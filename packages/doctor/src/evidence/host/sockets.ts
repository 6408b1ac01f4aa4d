import { readProc, readProcParts } from './proc.ts';

/** A listening TCP socket in /proc/net. */
export interface ListeningSocket {
  readonly address: string;
  readonly port: number;
  readonly inode: string;
  /** Number of connections that the process has not accepted yet. */
  readonly queued: number;
}

export interface UnixSocket {
  readonly path: string;
  readonly inode: string;
}

const listening = '0A';

/** The listening TCP sockets in the network namespace of a process. `root` is the process's folder in /proc. */
export function listeningSockets(root: string): readonly ListeningSocket[] {
  return ['tcp', 'tcp6'].flatMap((table) => listeningIn(`${root}/net/${table}`));
}

// Linux lists the listening sockets first. After them come all connections, also those that were closed in the last
// minute; on a busy server, the kernel needs a tenth of a second and more to list them.
function listeningIn(table: string): readonly ListeningSocket[] {
  const found: ListeningSocket[] = [];
  for (const part of readProcParts(table)) {
    const sockets = part.split('\n').flatMap(parseLine);
    if (sockets.length === 0) break;
    found.push(...sockets);
  }
  return found;
}

/** The listening unix sockets in the network namespace of a process, without those that have no path. */
export function unixSockets(root: string): readonly UnixSocket[] {
  return readProc(`${root}/net/unix`)
    .split('\n')
    .flatMap((line) => {
      const match = /^\S+ \S+ \S+ 00010000 \S+ \S+\s+(\d+) (\/.*)$/.exec(line);
      return match === null ? [] : [{ inode: match[1] ?? '', path: match[2] ?? '' }];
    });
}

function parseLine(line: string): ListeningSocket[] {
  const [, local = '', , state, queues = '', , , , , inode = ''] = line.trim().split(/\s+/);
  if (state !== listening) return [];
  const [address = '', port = ''] = local.split(':');
  const queued = Number.parseInt(queues.split(':')[1] ?? '0', 16);
  return [{ address: readable(address), port: Number.parseInt(port, 16), inode, queued }];
}

// Converts an address from the form in /proc: hexadecimal groups of four bytes, each in the machine's byte order.
function readable(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).toReversed());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const text = bytes.join('');
  if (/^0+$/.test(text)) return '::';
  if (/^0{31}1$/.test(text)) return '::1';
  return (text.match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, '')).join(':');
}
