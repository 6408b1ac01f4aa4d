import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { makeCertificates, type Certificates, type TlsMaterial } from '../certificates.ts';
import type { RawConnection, RawTarget } from './raw-connection.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { launch, PortBusyError } from './launch.ts';
import { redisBinary } from './redis-binary.ts';
import { loopbackAddresses, redisConf, replicaOfIn } from './redis-conf.ts';
import { slowDump } from './slow-dump.ts';
import type { RestartOptions, StartRedisOptions } from './start-redis-options.ts';

/** The part of a server that persists across restarts: port, folder, configuration, and how to connect to it. */
export class ServerProcess {
  readonly port: number;
  readonly folder: string;
  readonly logFile: string;
  readonly #binary: string;
  readonly #confFile: string;
  readonly #control = { name: 'redis-resilience-testing', password: randomBytes(16).toString('hex') };
  readonly #sentinel: SentinelConf | undefined;
  #ownsPort: boolean;
  #options: StartRedisOptions;
  #certificates: Certificates | undefined;

  constructor(options: StartRedisOptions, port: number, sentinel?: SentinelConf) {
    this.#options = options;
    this.port = port;
    this.#ownsPort = options.port !== undefined;
    this.#binary = redisBinary(options.bin);
    this.#sentinel = sentinel;
    loopbackAddresses(options.bind);
    this.folder = temporaryFolder();
    this.logFile = join(this.folder, 'redis.log');
    this.#confFile = join(this.folder, 'redis.conf');
  }

  get host(): string {
    return loopbackAddresses(this.#options.bind)[0];
  }

  get url(): string {
    const { password } = this.#options;
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    const credentials = password ? `:${encodeURIComponent(password)}@` : '';
    return `${this.#options.tls ? 'rediss' : 'redis'}://${credentials}${host}:${this.port}`;
  }

  get socketPath(): string | undefined {
    return this.#options.unixSocket ? join(this.folder, 'redis.sock') : undefined;
  }

  get tls(): TlsMaterial | undefined {
    return this.#options.tls === true ? this.#certificates : this.#options.tls;
  }

  get target(): RawTarget {
    const { config, password } = this.#options;
    const defaultUser = password ? [password] : undefined;
    const hasOwnUser = config?.['aclfile'] === undefined;
    const credentials = hasOwnUser ? [this.#control.name, this.#control.password] : defaultUser;
    const tls = this.tls && (this.tls.client ?? {});
    return { host: this.host, port: this.port, tls, credentials };
  }

  /** Starts the process, with changes to its configuration. If the port is still busy, retries for a limited time. */
  async launch(changes: RestartOptions, onSpawn: (child: ChildProcess) => void): Promise<RawConnection> {
    const {
      waitUntil = 'ready',
      loadingMs = 0,
      startTimeoutMs = 10_000,
      afterMs: _,
      ...configuration
    } = changes;
    await this.#configure(configuration);
    const extra = loadingMs > 0 ? await this.#slowDown(loadingMs) : {};
    const args = Object.entries(extra).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const deadline = performance.now() + startTimeoutMs;
    for (;;) {
      try {
        const { control } = await launch({
          binary: this.#binary,
          args: [this.#confFile, ...args, ...(this.#sentinel ? ['--sentinel'] : [])],
          folder: this.folder,
          logFile: this.logFile,
          target: this.target,
          waitUntil,
          timeoutMs: startTimeoutMs + loadingMs,
          onSpawn,
        });
        this.#ownsPort = true;
        await this.#sentinel?.tune(control);
        return control;
      } catch (error) {
        const worthWaiting = error instanceof PortBusyError && this.#ownsPort && performance.now() < deadline;
        if (!worthWaiting) throw error;
        await delay(20);
      }
    }
  }

  async disposeCertificates(): Promise<void> {
    await this.#certificates?.dispose();
  }

  async #configure(changes: RestartOptions): Promise<void> {
    const previous = existsSync(this.#confFile) ? readFileSync(this.#confFile, 'utf8') : undefined;
    const config = { ...this.#options.config, ...changes.config };
    this.#options = { ...this.#options, ...changes, config };
    if (this.#options.tls === true) this.#certificates ??= await makeCertificates();
    if (previous !== undefined && Object.keys(changes).length === 0) return;
    if (this.#sentinel && previous !== undefined) throw new Error('A sentinel keeps its own configuration');
    // The primary is read from redis.conf, because the server itself changes that file, for example after a failover.
    const replicaOf =
      changes.replicaOf ?? (previous === undefined ? this.#options.replicaOf : replicaOfIn(previous));
    const { replicaOf: _, ...options } = this.#options;
    const conf = redisConf(replicaOf ? { ...options, replicaOf } : options, {
      folder: this.folder,
      port: this.port,
      tls: this.tls,
      socketPath: this.socketPath,
      control: this.#control,
    });
    const lines = this.#sentinel?.lines ?? [];
    writeFileSync(this.#confFile, conf + lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  }

  #slowDown(loadingMs: number): Promise<Record<string, string | number>> {
    const { appendonly, keep, databases = 16 } = this.#options;
    const aof = appendonly === true || keep === true;
    return slowDump({ binary: this.#binary, folder: this.folder, appendonly: aof, databases, loadingMs });
  }
}

/** The configuration that makes a server a sentinel. */
export interface SentinelConf {
  readonly lines: readonly string[];
  /** Called after each start. */
  tune(control: RawConnection): Promise<void>;
}
