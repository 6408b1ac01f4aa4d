/** Declarations of the packages that the snippets import, but that are not installed here. */
export const absentModules = `
declare module '@azure/identity' {
  export class DefaultAzureCredential {
    getToken(scope: string): Promise<{ token: string; expiresOnTimestamp: number }>;
  }
}
declare module '@smithy/hash-node' {
  export class Hash {
    constructor(algorithm: string, secret?: string);
  }
}
declare module '@smithy/signature-v4' {
  interface HttpRequest {
    method: string;
    protocol: string;
    hostname: string;
    path: string;
    query?: Record<string, string | string[] | null>;
    headers: Record<string, string>;
  }
  export class SignatureV4 {
    constructor(options: { service: string; region: string; credentials: unknown; sha256: new (secret?: string) => unknown });
    presign(request: HttpRequest, options: { expiresIn: number }): Promise<HttpRequest>;
  }
}
declare module '@aws-sdk/credential-providers' {
  export function fromNodeProviderChain(): unknown;
}
declare module 'next' {
  type Handler = (req: import('node:http').IncomingMessage, res: import('node:http').ServerResponse) => Promise<void>;
  export default function next(options: { dev: boolean }): { prepare(): Promise<void>; getRequestHandler(): Handler };
}
declare module 'winston' {
  const winston: {
    createLogger(options: object): Pick<Console, 'info' | 'warn' | 'error'>;
    transports: { Console: new () => object };
  };
  export default winston;
}
declare module '@opentelemetry/sdk-node' {
  export class NodeSDK {
    constructor(options: { instrumentations: import('@opentelemetry/instrumentation').Instrumentation[] });
    start(): void;
  }
}
`;
