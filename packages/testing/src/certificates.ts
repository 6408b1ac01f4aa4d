import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkKnownOptions } from '@redis-resilience/core/protocol';
import { removeFolder, temporaryFolder } from './temporary-folder.ts';

/** How to make the server's certificate, and which defects it should have. */
export interface CertificateOptions {
  /**
   * The host names and IP addresses in the certificate. To test a name that does not match, set a name to which no
   * client connects.
   * @default ['localhost', '127.0.0.1', '::1']
   */
  readonly hosts?: readonly string[];
  /** Whether the certificate expired yesterday. @default false */
  readonly expired?: boolean;
  /** Whether the certificate is self-signed, and therefore not signed by `ca`. @default false */
  readonly selfSigned?: boolean;
  /** Whether an authority other than `ca` signs the certificate. @default false */
  readonly otherAuthority?: boolean;
}

/** The private key and the certificate of a server or of a client. */
export interface KeyPair {
  /** PEM text. */
  readonly key: string;
  /** PEM text. */
  readonly cert: string;
  readonly keyFile: string;
  readonly certFile: string;
}

/** A server's key and certificate, and the authority that clients should trust. */
export interface TlsMaterial extends KeyPair {
  /** PEM text. */
  readonly ca: string;
  readonly caFile: string;
  /** Key and certificate for clients, in case the server requires them (`config: { 'tls-auth-clients': 'yes' }`). */
  readonly client?: KeyPair;
}

/** A certificate authority, a server certificate, and a client certificate. */
export interface Certificates extends TlsMaterial, AsyncDisposable {
  readonly client: KeyPair;
  /** Removes the files. */
  dispose(): Promise<void>;
}

/**
 * Makes certificates with the `openssl` program, in a temporary folder. The certificates have ECDSA P-256
 * keys and are valid for 30 days; with `expired`, the server's certificate expired yesterday.
 *
 * @throws Error when `openssl` is missing or fails.
 * @example
 * const tls = await makeCertificates({ expired: true });
 * const server = await startRedis({ tls });
 * connect({ port: server.port, host: '127.0.0.1', ca: tls.ca }); // node:tls: certificate has expired
 */
export async function makeCertificates(options: CertificateOptions = {}): Promise<Certificates> {
  checkKnownOptions('makeCertificates', options, {
    hosts: true,
    expired: true,
    selfSigned: true,
    otherAuthority: true,
  });
  const folder = temporaryFolder();
  const dispose = (): Promise<void> => removeFolder(folder);
  try {
    await writeFile(join(folder, 'openssl.cnf'), opensslConfig(options.hosts));
    await Promise.all([
      authority(folder, 'ca'),
      keyAndRequest(folder, 'server'),
      keyAndRequest(folder, 'client'),
    ]);
    if (options.otherAuthority) await authority(folder, 'other');
    const signer = options.otherAuthority ? 'other' : 'ca';
    const days = options.expired ? { fromDay: -30, toDay: -1 } : currentDays;
    await sign(folder, 'server', options.selfSigned ? undefined : signer, days);
    await sign(folder, 'client', 'ca', currentDays);
    return {
      ca: await readFile(join(folder, 'ca.crt'), 'utf8'),
      caFile: join(folder, 'ca.crt'),
      ...(await pair(folder, 'server')),
      client: await pair(folder, 'client'),
      dispose,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const currentDays = { fromDay: -1, toDay: 30 };

async function pair(folder: string, name: string): Promise<KeyPair> {
  const [keyFile, certFile] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certFile, 'utf8')]);
  return { key, cert, keyFile, certFile };
}

async function authority(folder: string, name: string): Promise<void> {
  await keyAndRequest(folder, name);
  await sign(folder, name, undefined, currentDays, 'authority');
}

async function keyAndRequest(folder: string, name: string): Promise<void> {
  const subject = `/O=Redis Resilience testing/CN=${name}`;
  const request = ['req', '-new', '-config', 'openssl.cnf', '-subj', subject, '-out', `${name}.csr`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  await openssl(folder, [...request, ...curve, '-nodes', '-keyout', `${name}.key`]);
}

/**
 * Signs a certificate with `openssl ca`, the only command that accepts a start date and an end date in every version of
 * OpenSSL. Without `signer`, the certificate is self-signed.
 */
async function sign(
  folder: string,
  name: string,
  signer: string | undefined,
  days: { readonly fromDay: number; readonly toDay: number },
  extensions = 'leaf',
): Promise<void> {
  const register = join(folder, `${name}.register`);
  await mkdir(register);
  const serial = Math.floor(Math.random() * 2 ** 40).toString(16);
  await writeFile(join(register, 'index'), '');
  await writeFile(join(register, 'serial'), serial.padStart(12, '0'));
  const by = signer
    ? ['-cert', `${signer}.crt`, '-keyfile', `${signer}.key`]
    : ['-selfsign', '-keyfile', `${name}.key`];
  const dates = ['-startdate', asn1Time(days.fromDay), '-enddate', asn1Time(days.toDay)];
  const files = ['-in', `${name}.csr`, '-out', `${name}.crt`];
  await openssl(
    folder,
    [
      'ca',
      '-batch',
      '-notext',
      '-config',
      'openssl.cnf',
      '-extensions',
      extensions,
      ...by,
      ...dates,
      ...files,
    ],
    { REGISTER: register },
  );
}

function asn1Time(day: number): string {
  const date = new Date(Date.now() + day * 86_400_000);
  return `${date.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
}

function opensslConfig(hosts: readonly string[] = ['localhost', '127.0.0.1', '::1']): string {
  const names = hosts.map((host) => `${isIP(host) ? 'IP' : 'DNS'}:${host}`).join(',');
  return `

[req]
distinguished_name = subject
prompt = no
[subject]
CN = unused
[ca]
default_ca = register
[register]
new_certs_dir = $ENV::REGISTER
database = $ENV::REGISTER/index
serial = $ENV::REGISTER/serial
default_md = sha256
policy = any
unique_subject = no
[any]
organizationName = optional
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth,clientAuth
subjectAltName = ${names}
`;
}

async function openssl(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  try {
    await promisify(execFile)('openssl', args, {
      cwd: folder,
      env: { ...process.env, REGISTER: folder, ...env },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('Cannot make certificates: this machine has no `openssl` program. Install it first.', {
      cause: error,
    });
  }
}
