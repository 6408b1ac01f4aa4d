import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { establish, EstablishError, type Target } from '../handshake/establish.ts';
import { identityOf, type Identity } from '../stall/identity.ts';
import { Patrol } from '../stall/patrol.ts';
import { Probe } from '../stall/probe.ts';
import type { CredentialsHolder } from '../connection/reauthenticate.ts';
import { RoundTrip } from '../socket/round-trip.ts';
import { targetOf } from '../connection/target-of.ts';
import { Wire } from '../socket/wire.ts';
import type { DriverConnector } from '../driver/driver-command.ts';
import * as driver from '../ioredis/client.ts';
import { addressOf } from '../ioredis/cluster-client.ts';
import type { MemberHost } from '../resilience/member.ts';
import type { ClusterFlushes } from '../ioredis/cluster-dispatch.ts';
import { dialInTime } from './dial-in-time.ts';
import type { LostNodes } from './lost-nodes.ts';

export interface ClusterNodeListener {
  /** This node is lost, silent, or cannot be reached: the slots may have moved. */
  onTrouble(): void;
  /** This node could be reached. */
  onFound(): void;
}

const graceMs = 100;

/**
 * The connection to one node. It is made once: when it breaks, ioredis drops the node, and finds who serves its slots
 * now. Here it is proved before it serves, and replaced when it falls silent.
 */
export class ClusterNode implements DriverConnector {
  readonly #client: Redis;
  readonly #host: MemberHost;
  readonly #target: Target;
  readonly #listener: ClusterNodeListener;
  readonly #lostNodes: LostNodes;
  readonly #address: string;
  readonly #wire: Wire;
  readonly #patrol: Patrol;
  readonly #probe: Probe;
  #connecting: AbortController | undefined;
  #isSilent = false;
  #timer: ReturnType<Clock['setTimeout']> | undefined;

  constructor(
    client: Redis,
    credentials: CredentialsHolder,
    host: MemberHost,
    flushes: ClusterFlushes,
    lostNodes: LostNodes,
    listener: ClusterNodeListener,
  ) {
    const { clock, random, settings } = host;
    const { minStallMs, maxStallMs, idlePingMs } = settings.connection;
    this.#client = client;
    this.#host = host;
    this.#listener = listener;
    this.#lostNodes = lostNodes;
    this.#address = addressOf(client);
    this.#target = { ...targetOf(client, settings, credentials), requiresPrimary: false };
    this.#wire = new Wire(client, clock, new RoundTrip(minStallMs, maxStallMs), {
      onRead: (now, isAlive) => {
        flushes.lastReadAt = now;
        if (!isAlive) return;
        this.#probe.stop();
        if (this.#isSilent) this.#speaksAgain();
      },
      onWrite: (now) => {
        flushes.lastWriteAt = now;
        this.#patrol.noteWrite(now);
      },
      onBlockedChange: () => undefined,
      newFlush: (now) => host.newFlush(now),
    });
    this.#probe = new Probe(this.#target, this.#wire, clock);
    this.#patrol = new Patrol(this.#wire, clock, random, {
      onSilent: () => this.#onSilent(),
      onIdle: () => this.prove(),
      onBlocked: ignore,
      idleMs: () => idlePingMs,
    });
    const send = driver.sendCommandOf(client);
    driver.takeOverConnection(client, this);
    driver.interceptSendCommand(client, (command, stream, node) => {
      const { call } = command;
      // Answered already, in the queue of a node that was not reached in time: it must not run.
      if (call?.settled === true && stream === undefined) return command.promise;
      if (call !== undefined && this.#isSilent) {
        call.written = undefined;
        command.reject(new EstablishError('stalled', undefined));
        return command.promise;
      }
      // ioredis sends again only what was redirected, so that what another node was sent did not run there.
      if (call !== undefined)
        call.written = client.status === 'ready' ? this.#wire.currentFlush() : undefined;
      return send(command, stream, node);
    });
    const socket = driver.socketOf(client);
    if (client.status === 'ready' && socket !== undefined) this.#adopt(socket, undefined);
    client.on('connect', () => this.#wire.readFirst());
    client.on('ready', () => this.#patrol.start());
    client.on('error', ignore);
  }

  /** Whether something was asked, and nothing comes: nothing else is sent until something does. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  async connect(): Promise<Socket> {
    const { clock, settings } = this.#host;
    this.#lostNodes.checkTurn(this.#address);
    const connecting = new AbortController();
    this.#connecting = connecting;
    const patience = clock.setTimeout(() => this.#goesSilent(), settings.connection.minStallMs);
    try {
      const { socket, proof, credentials } = await dialInTime(
        clock,
        connecting,
        settings.connection.handshakeTimeoutMs,
        (connected) =>
          establish(this.#target, clock, connecting.signal, { connected, preparing: () => ignore }),
      );
      if (proof.waiting !== undefined) {
        socket.destroy();
        throw new EstablishError(proof.waiting, undefined);
      }
      if (credentials !== undefined)
        driver.setCredentials(this.#client, credentials.username, credentials.password);
      if (proof.resp2) driver.speakResp2(this.#client);
      this.#adopt(socket, identityOf(proof));
      this.#lostNodes.found(this.#address);
      this.#listener.onFound();
      return socket;
    } catch (error) {
      this.#lostNodes.lost(this.#address, error);
      this.#listener.onTrouble();
      throw error;
    } finally {
      clock.clearTimeout(patience);
      this.#connecting = undefined;
    }
  }

  check(): boolean {
    return true;
  }

  disconnect(): void {
    this.#connecting?.abort(new Error('Connection is closed.'));
    this.#wire.socket?.destroy();
  }

  /** Resolves when the socket, if there is one, is gone. */
  closed(): Promise<void> {
    const { socket } = this.#wire;
    if (socket === undefined || socket.closed) return Promise.resolve();
    return new Promise((resolve) => socket.once('close', () => resolve()));
  }

  prove(): void {
    if (this.#client.status === 'ready') this.#client.ping().catch(ignore);
  }

  stop(): void {
    this.#patrol.stop();
    this.#probe.stop();
    if (this.#timer !== undefined) this.#host.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #adopt(socket: Socket, identity: Identity | undefined): void {
    this.#isSilent = false;
    this.#wire.adopt(socket, identity);
    socket.on('error', ignore);
    socket.once('close', () => {
      this.stop();
      this.#listener.onTrouble();
    });
  }

  #goesSilent(): void {
    this.#isSilent = true;
    this.#lostNodes.lost(this.#address, new EstablishError('stalled', undefined));
    this.#listener.onTrouble();
  }

  #speaksAgain(): void {
    this.#isSilent = false;
    this.#lostNodes.found(this.#address);
    this.#listener.onFound();
  }

  // A node that is silent may hang, or only its socket is dead. Either way its slots need somebody that answers.
  #onSilent(): void {
    const { clock, settings } = this.#host;
    const silentSince = clock.now();
    this.#goesSilent();
    const giveUp = (): void => {
      if (this.#timer !== undefined) return;
      this.#timer = clock.setTimeout(() => {
        this.#timer = undefined;
        if (this.#wire.aliveAt < silentSince) this.#wire.socket?.destroy();
      }, graceMs);
    };
    this.#probe.start(settings.connection.maxStallMs, settings.connection.handshakeTimeoutMs, {
      onNoAnswer: giveUp,
      onVerdict: (verdict) => {
        if (verdict.kind === 'serves') verdict.established.socket.destroy();
        if (verdict.kind !== 'away') giveUp();
      },
    });
  }
}

function ignore(): void {
  // Told to the cluster as trouble.
}
