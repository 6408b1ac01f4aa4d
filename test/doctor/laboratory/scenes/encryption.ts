import {
  makeCertificates,
  startOddPeer,
  startRedis,
  type CertificateOptions,
} from '@redis-resilience/testing';
import type { Laboratory } from '../laboratory.ts';

const certificates: readonly { condition: string; words: RegExp; options: CertificateOptions }[] = [
  { condition: 'the certificate has expired', words: /expired/, options: { expired: true } },
  {
    condition: 'the certificate is for another name',
    words: /other names/,
    options: { hosts: ['cache.example'] },
  },
  { condition: 'the certificate signs itself', words: /signed by itself/, options: { selfSigned: true } },
  { condition: 'another authority signed it', words: /authority/, options: { otherAuthority: true } },
];

/** All kinds of TLS errors. */
export async function encryption(laboratory: Laboratory): Promise<void> {
  for (const { condition, words, options } of certificates) {
    await using material = await makeCertificates(options);
    await using server = await startRedis({ tls: material });
    await laboratory.check(condition, { code: 'tls', words }, server.url, { tls: { ca: material.ca } });
  }
  await using server = await startRedis({ tls: true });
  const ca = server.tls?.ca ?? '';
  await laboratory.check('healthy, over TLS', { code: 'healthy' }, server.url, { tls: { ca } });
  await laboratory.check(
    'healthy, over TLS, by options',
    { code: 'healthy' },
    {
      host: 'localhost',
      port: server.port,
      tls: { ca },
    },
  );
  await laboratory.check('the authority is not given', { code: 'tls', words: /authority/ }, server.url);
  await laboratory.check(
    'every certificate is accepted',
    { code: 'tls-unverified', severity: 'warning' },
    server.url,
    { tls: { rejectUnauthorized: false } },
  );
  const plain = server.url.replace('rediss:', 'redis:');
  await laboratory.check('plain text to a TLS port', { code: 'tls', words: /server speaks TLS/ }, plain);
  await laboratory.check('no TLS version in common', { code: 'tls', words: /version/ }, server.url, {
    tls: { ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' },
  });
  await mixUps(laboratory);
}

async function mixUps(laboratory: Laboratory): Promise<void> {
  await using plain = await startRedis();
  await laboratory.check(
    'TLS to a plain port',
    { code: 'tls', words: /speaks plain text/ },
    plain.url.replace('redis:', 'rediss:'),
  );
  await using silent = await startOddPeer('silent');
  await laboratory.check(
    'TLS to a peer that is silent',
    { code: 'handshake-timeout' },
    `rediss://127.0.0.1:${silent.port}`,
    { timeoutMs: 1000 },
  );
  await using material = await makeCertificates();
  await using strict = await startRedis({ tls: material, config: { 'tls-auth-clients': 'yes' } });
  await laboratory.check(
    'a client certificate is asked for',
    { code: 'tls', words: /client certificate/ },
    strict.url,
    { tls: { ca: material.ca } },
  );
  const { cert, key } = material.client;
  await laboratory.check('healthy, with a client certificate', { code: 'healthy' }, strict.url, {
    tls: { ca: material.ca, cert, key },
  });
}
