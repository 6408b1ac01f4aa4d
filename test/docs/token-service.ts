import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RedisServer } from '@redis-resilience/testing';

/** A cloud's token service, over HTTP; a real Redis accepts its tokens until they expire. */
export interface TokenService extends AsyncDisposable {
  /** If false, the service replies with 503. */
  isUp: boolean;
  readonly issued: readonly string[];
  /** Requests a token with its own query, as a client library of the cloud does. */
  ask(query: string): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** Makes Redis reject all tokens issued so far, and close the connections of the user. */
  endTokens(): Promise<void>;
}

export interface TokenServiceOptions {
  readonly server: RedisServer;
  readonly user: string;
  readonly lifeMs: number;
  /** Creates a token from the query and a unique number. */
  readonly tokenOf: (query: string, serial: number) => string;
}

export async function startTokenService(options: TokenServiceOptions): Promise<TokenService> {
  const { server, user, lifeMs, tokenOf } = options;
  const issued: string[] = [];
  const http = createServer((req, res) => {
    if (!service.isUp) return void res.writeHead(503).end();
    const token = tokenOf(new URL(req.url ?? '/', 'http://service').search.slice(1), issued.length + 1);
    const answer = (): void => {
      issued.push(token);
      res.end(JSON.stringify({ token, expiresAt: Date.now() + lifeMs }));
    };
    // When the test ends, a renewal may still be in progress.
    server.command('ACL', 'SETUSER', user, `>${token}`).then(answer, () => res.destroy());
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const service: TokenService = {
    isUp: true,
    issued,
    async ask(query) {
      const response = await fetch(`http://127.0.0.1:${port}/?${query}`);
      if (!response.ok) throw new Error(`the token service answers ${response.status}`);
      return (await response.json()) as { token: string; expiresAt: number };
    },
    async endTokens() {
      await server.command('ACL', 'SETUSER', user, 'resetpass');
      await server.command('CLIENT', 'KILL', 'USER', user);
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return service;
}
