import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createStatusPage, type StatusPageOptions } from '@redis-resilience/telemetry/status-page';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface ServedPage extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
  /** Sends the request with `node:http`, because fetch does not allow all headers to be set. */
  ask(path: string, method?: string, headers?: Record<string, string>): Promise<Answer>;
  /** Opens a stream of events, and collects its text. */
  watch(headers?: Record<string, string>): Promise<Watched>;
}

export interface Watched extends Disposable {
  readonly status: number;
  text(): string;
  isOpen(): boolean;
}

/** Serves the status page on a server of its own, which responds with 404 to all other requests. */
export async function servePage(options: StatusPageOptions, port = 0): Promise<ServedPage> {
  const page = createStatusPage({ enabled: true, ...options });
  const served = await serve((req, res) => {
    if (!page.handle(req, res)) res.writeHead(404).end();
  }, port);
  return {
    ...served,
    async [Symbol.asyncDispose]() {
      page.close();
      await served[Symbol.asyncDispose]();
    },
  };
}

export async function serve(handler: RequestListener, wantedPort = 0): Promise<ServedPage> {
  const server = createServer(handler).listen(wantedPort, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...clientOf(port),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Returns functions that send requests to the page on this port. */
export function clientOf(port: number): Omit<ServedPage, typeof Symbol.asyncDispose> {
  const origin = `http://127.0.0.1:${port}`;
  const open = async (path: string, method: string, headers: Record<string, string>) => {
    const sent = request(`${origin}${path}`, { method, headers, agent: false }).end();
    sent.on('error', () => undefined);
    const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    return response;
  };
  return {
    port,
    origin,
    async ask(path, method = 'GET', headers = {}) {
      const response = await open(path, method, headers);
      let text = '';
      for await (const chunk of response) text += String(chunk);
      return { status: response.statusCode ?? 0, headers: response.headers, text };
    },
    async watch(headers = {}) {
      const response = await open('/redis-status/events', 'GET', headers);
      let text = '';
      let isOpen = true;
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', () => undefined);
      response.on('close', () => (isOpen = false));
      return {
        status: response.statusCode ?? 0,
        text: () => text,
        isOpen: () => isOpen,
        [Symbol.dispose]: () => void response.destroy(),
      };
    },
  };
}
