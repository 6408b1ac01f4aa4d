import type { ConnectionOptions as TlsOptions } from 'node:tls';
import {
  parseTarget,
  type HostAddress,
  type ParsedTarget,
  type TargetLogin,
} from '@redis-resilience/core/protocol';
import { shownTarget, type Endpoint, type Login, type WalkTarget } from './walk-target.ts';

/** `diagnose` options that a URL cannot express. */
export interface UrlExtras {
  readonly tls?: TlsOptions | undefined;
  readonly role?: 'primary' | 'any' | undefined;
}

/**
 * Reads a target from a Redis URL or the path of a unix socket.
 *
 * @throws ConfigurationError when the text is malformed; the error does not quote it, because it may contain a password
 */
export function fromUrl(text: string, extras: UrlExtras = {}): WalkTarget {
  const parsed = parseTarget(text);
  const tls = parsed.kind !== 'socket' && parsed.isTls ? { ...extras.tls } : undefined;
  const isSentinel = parsed.kind === 'sentinel';
  const target = {
    kind: parsed.kind === 'server' || parsed.kind === 'socket' ? 'standalone' : parsed.kind,
    endpoints: endpointsOf(parsed),
    tls,
    login: loginOf(parsed.login),
    database: parsed.kind === 'cluster' ? 0 : parsed.database,
    role: extras.role ?? 'primary',
    primaryName: isSentinel ? parsed.primaryName : undefined,
    sentinelTls: isSentinel ? tls : undefined,
    sentinelLogin: isSentinel ? loginOf(parsed.sentinelLogin) : undefined,
    hasNameOnly: parsed.login?.password === '',
  } as const;
  return { ...target, shown: shownTarget(target) };
}

function endpointsOf(parsed: ParsedTarget): readonly Endpoint[] {
  const at = ({ host, port }: HostAddress, family: number): Endpoint => ({ host, port, family });
  switch (parsed.kind) {
    case 'server':
      return [at(parsed, parsed.family)];
    case 'socket':
      return [{ host: 'localhost', port: 0, path: parsed.path, family: 0 }];
    case 'sentinel':
      return parsed.sentinels.map((address) => at(address, parsed.family));
    case 'cluster':
      return parsed.nodes.map((address) => at(address, 0));
    default:
      return parsed satisfies never;
  }
}

function loginOf(login: TargetLogin | undefined): Login | undefined {
  return login === undefined || login.password === '' ? undefined : login;
}
