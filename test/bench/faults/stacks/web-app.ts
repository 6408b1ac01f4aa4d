import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type ErrorRequestHandler } from 'express';
import type { Closeable } from '../contestant.js';

/** The parts of a response that a browser sees. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The cookie from the response, in the form in which the next request sends it. */
  readonly cookie: string | undefined;
}

/** An HTTP server with an application, and browsers that send requests to it. */
export class WebApp implements Closeable {
  readonly #server = createServer();
  readonly #agent = new Agent({ keepAlive: true });
  readonly #listening: Promise<number>;
  readonly #end: () => unknown;

  /** `end` closes the clients that the application uses. */
  constructor(application: RequestListener | Promise<RequestListener>, end: () => unknown) {
    this.#end = end;
    this.#listening = this.#listen(application);
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const port = await this.#listening;
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: this.#agent });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
    const cookie = response.headers['set-cookie']?.map((each) => each.split(';', 1)[0]).join('; ');
    return { status: response.statusCode ?? 0, body, cookie };
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#end();
  }

  async #listen(application: RequestListener | Promise<RequestListener>): Promise<number> {
    this.#server.on('request', await application);
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }
}

/** Creates an Express application that responds to errors as Express does, but does not print them. */
export function expressApp(build: (app: Express) => void): Express {
  const app = express();
  build(app);
  const answerError: ErrorRequestHandler = (error: { status?: number }, _req, res, _next) => {
    res.status(error.status ?? 500).end();
  };
  return app.use(answerError);
}
