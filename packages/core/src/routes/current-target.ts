import type { CredentialsSource } from '../handshake/credentials.ts';
import type { Target } from '../handshake/establish.ts';
import type { Endpoint, OpenSocket } from '../handshake/open-socket.ts';
import type { Session } from '../handshake/session.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

interface TargetHolder {
  readonly route: { readonly target: Target };
}

/**
 * A target that always delegates to the current target of a client. The fields of this class are not `#private`,
 * because `targetWith` derives objects from targets with `Object.create`, and such objects have no private fields.
 */
export class CurrentTarget implements Target {
  protected readonly holder: TargetHolder;
  protected readonly primaryOnly: boolean | undefined;

  /**
   * `holder.route.target` is the server that the client uses now. `requiresPrimary`, if given, takes precedence over
   * the property of the same name of that target.
   */
  constructor(holder: TargetHolder, requiresPrimary?: boolean) {
    this.holder = holder;
    this.primaryOnly = requiresPrimary;
  }

  get credentials(): CredentialsSource {
    return this.holder.route.target.credentials;
  }

  get credentialsTimeoutMs(): number {
    return this.holder.route.target.credentialsTimeoutMs;
  }

  get keepAliveMs(): number {
    return this.holder.route.target.keepAliveMs;
  }

  get requiresPrimary(): boolean {
    return this.primaryOnly ?? this.holder.route.target.requiresPrimary;
  }

  get asksSentinels(): boolean {
    return this.holder.route.target.asksSentinels === true;
  }

  endpoint(signal: CancelSignal): Promise<Endpoint> {
    return this.holder.route.target.endpoint(signal);
  }

  get open(): OpenSocket {
    return this.holder.route.target.open;
  }

  wantsHello(): boolean {
    return this.holder.route.target.wantsHello();
  }

  session(): Session {
    return this.holder.route.target.session();
  }
}
