import { error, info } from '../../finding.ts';
import { onEachNode } from '../rule.ts';

/** Reports that the server does not support RESP3, which ioredis 6 requests by default with HELLO 3. */
export const helloRule = onEachNode((node) => {
  const { hello, server, part } = node;
  if (hello?.closesConnection === true) {
    return error(
      'connection-reset',
      'The peer closes the connection when it receives HELLO; a client that asks for RESP3 reconnects forever.',
      { command: 'HELLO 3' },
      'Set the option protocol: 2, or replace the proxy in front of the server.',
    );
  }
  if (
    hello?.error === undefined ||
    part === 'sentinel' ||
    /^(NOAUTH|LOADING|BUSY|MASTERDOWN)/.test(hello.error)
  ) {
    return undefined;
  }
  return info(
    'resp3-unsupported',
    'The server does not support HELLO 3; clients fall back to RESP2.',
    { version: server?.info['redis_version'] },
    'Set the option protocol: 2 to save one command per connection.',
  );
});
