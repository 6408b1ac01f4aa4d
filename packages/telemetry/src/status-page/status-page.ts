import type { IncomingMessage, ServerResponse } from 'node:http';
import { ConfigurationError, systemClock, type RedisResilience } from '@redis-resilience/core';
import { ActionGate } from './action-gate.ts';
import { Board } from './board/board.ts';
import { checkStatusPageOptions, type StatusPageOptions } from './options.ts';
import { presentConnections } from './present-connections.ts';
import { sendPage } from './page/send-page.ts';
import { routeOf, type Route } from './route.ts';
import { isSameOrigin } from './same-origin.ts';
import { Watchers } from './watchers.ts';

/** The live status page, for any server that is based on `node:http`. */
export interface StatusPage {
  /**
   * Responds to the request and returns true if the request is for the page; otherwise does nothing and returns false.
   */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /**
   * Ends all open streams of events, and puts connections back into use that somebody took out of use on the page.
   * After `close()`, requests for the page are not handled.
   */
  close(): void;
}

/**
 * Creates the live status page for a server that is based on `node:http`. Error messages name `caller` as the function
 * that got the options.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 *
 * @example
 * const page = createStatusPage({ resilience });
 * createServer((req, res) => page.handle(req, res) || application(req, res)).listen(3000);
 */
export function createStatusPage(options: StatusPageOptions = {}, caller = 'createStatusPage'): StatusPage {
  const checked = checkStatusPageOptions(caller, options);
  const { enabled = process.env['NODE_ENV'] === 'development' } = checked;
  const { resilience, resiliences = resilience && [resilience] } = checked;
  if (resiliences) checkNames(resiliences);
  return enabled ? new LivePage(checked, resiliences) : { handle: () => false, close: ignore };
}

class LivePage implements StatusPage {
  readonly #path: string;
  readonly #title: string;
  readonly #watchers: Watchers;
  readonly #gate: ActionGate;
  #made: Board | undefined;
  #isClosed = false;

  constructor(
    { path, title, authorize, hosts, maxWatchers }: StatusPageOptions,
    resiliences: readonly RedisResilience[] | undefined,
  ) {
    this.#path = path ?? '/redis-status';
    this.#title = title ?? 'Redis';
    this.#gate = new ActionGate(authorize, hosts);
    this.#watchers = new Watchers(maxWatchers ?? 20);
    if (resiliences) this.#made = this.#boardOf(resiliences);
  }

  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const route = routeOf(request.method, request.url, this.#path);
    if (route === undefined || this.#isClosed) return false;
    this.#answer(route, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, sentenceOf(error));
    });
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#watchers.close();
    this.#made?.close();
  }

  // Without options, the page shows the connections that exist when the page is first opened.
  get #board(): Board {
    return (this.#made ??= this.#boardOf(checkNames(presentConnections())));
  }

  #boardOf(resiliences: readonly RedisResilience[]): Board {
    return new Board(resiliences, systemClock, () => this.#publish());
  }

  #publish(): void {
    if (!this.#watchers.isEmpty) this.#watchers.send(this.#board.state());
  }

  async #answer(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (route.kind) {
      case 'page':
        sendPage(response, this.#title, request.method === 'HEAD');
        return;
      case 'events':
        await this.#stream(request, response);
        return;
      case 'action':
        await this.#act(route, request, response);
        return;
      default:
        route satisfies never;
    }
  }

  async #stream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isSameOrigin(request, false))
      return refuse(response, 403, 'Only the status page itself may open this stream.');
    const token = this.#watchers.isFull ? null : await this.#gate.tokenFor(request);
    if (response.destroyed || this.#isClosed) return;
    if (this.#watchers.isFull) {
      response.setHeader('retry-after', '5');
      return refuse(response, 503, 'Too many pages are open.');
    }
    this.#watchers.add(response, { token }, this.#board.state());
  }

  async #act(
    { action, connection, database }: Route & { kind: 'action' },
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (!(await this.#gate.admits(request)))
      return refuse(response, 403, 'Not allowed. Reload the page and try again.');
    const board = this.#board.connections.find(({ resilience }) => resilience.name === connection);
    if (board === undefined) return refuse(response, 404, 'There is no connection of this name.');
    if (action === 'isolate') board.isolate('requested on the status page');
    else if (action === 'put-back') board.putBack();
    else if (action === 'use-database') return this.#useDatabase(board.resilience, database, response);
    else board.resilience.reconnect('asked for on the status page').catch(ignore);
    confirm(response);
  }

  async #useDatabase(resilience: RedisResilience, name: string, response: ServerResponse): Promise<void> {
    if (!resilience.databases().some((database) => database.name === name))
      return refuse(response, 404, 'There is no database of this name.');
    try {
      await resilience.failover(name);
    } catch (error) {
      return refuse(response, 409, (error as Error).message);
    }
    confirm(response);
  }
}

function checkNames(all: readonly RedisResilience[]): readonly RedisResilience[] {
  const names = new Set(all.map(({ name }) => name));
  if (names.size < all.length) {
    throw new ConfigurationError(
      'Two connections of the status page have the same name: give each a name of its own.',
    );
  }
  return all;
}

function confirm(response: ServerResponse): void {
  response.writeHead(204, { 'cache-control': 'no-store' }).end();
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${sentence}\n`);
}

function sentenceOf(error: unknown): string {
  return error instanceof ConfigurationError ? error.message : 'The page could not be rendered.';
}

function ignore(): void {
  // Does nothing: the page itself shows whether the connection recovers.
}
