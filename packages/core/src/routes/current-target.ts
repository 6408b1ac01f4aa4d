import type { CredentialsSource } from '../handshake/credentials.ts';
import type { Target } from '../handshake/establish.ts';
import type { Endpoint, OpenSocket } from '../handshake/open-socket.ts';
import type { Session } from '../handshake/session.ts';

/**
 * A target that always delegates to the current target of a client. The fields of this class are not `#private`,
 * because `targetWith` derives objects from targets with `Object.create`, and such objects have no private fields.
 */
export class CurrentTarget implements Target {
  protected readonly present: () => Target;
  protected readonly primaryOnly: boolean | undefined;

  /**
   * `present` returns the client's current target. `requiresPrimary`, if given, takes precedence over the current
   * target's property of the same name.
   */
  constructor(present: () => Target, requiresPrimary?: boolean) {
    this.present = present;
    this.primaryOnly = requiresPrimary;
  }

  get credentials(): CredentialsSource {
    return this.present().credentials;
  }

  get credentialsTimeoutMs(): number {
    return this.present().credentialsTimeoutMs;
  }

  get keepAliveMs(): number {
    return this.present().keepAliveMs;
  }

  get requiresPrimary(): boolean {
    return this.primaryOnly ?? this.present().requiresPrimary;
  }

  endpoint(signal: AbortSignal): Promise<Endpoint> {
    return this.present().endpoint(signal);
  }

  get open(): OpenSocket {
    return this.present().open;
  }

  wantsHello(): boolean {
    return this.present().wantsHello();
  }

  session(): Session {
    return this.present().session();
  }
}
