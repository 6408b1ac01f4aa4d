import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../packages/core/src/errors.ts';
import { parseTarget } from '../../../packages/core/src/target/parse-target.ts';

const login = /write \/ \? # @ % as %2F %3F %23 %40 %25/;

describe('a refused Redis URL', () => {
  it.each<readonly [string, RegExp]>([
    ['', /is empty/],
    [' \n', /is empty/],
    ['"redis://localhost"', /begins or ends with a quote/],
    ["'redis://localhost'", /begins or ends with a quote/],
    ['redis://localhost"', /begins or ends with a quote/],
    ['“redis://localhost”', /begins or ends with a quote/],
    ['redis://local\thost', /control character/],
    ['redis://local\0host', /control character/],
    ['redis://local\u200bhost', /invisible/],
    ['/tmp/a\n.sock', /control character/],
    ['redis://:hunter2 @localhost', /write a space as %20/],
    ['localhost', /has no scheme\./],
    ['localhost:6379', /has no scheme; write redis:\/\/ before it\./],
    ['redis:6379/1', /has no scheme; write redis:\/\/ before it\./],
    ['redis:localhost', /has no scheme\./],
    ['redis:/localhost', /has no scheme/],
    ['redis//localhost', /has no scheme/],
    ['//localhost', /has no scheme/],
    ['6379', /has no scheme/],
    ['ftp://localhost', /has an unknown scheme/],
    ['constructor://localhost', /has an unknown scheme\. /],
    ['http://localhost', /did you mean redis:\/\//],
    ['tcp://172.17.0.2:6379', /did you mean redis:\/\//],
    ['redis+unix:///tmp/a.sock', /did you mean unix:\/\//],
    ['redis-socket:///tmp/a.sock', /did you mean unix:\/\//],
    ['reddis://localhost', /did you mean rediss?:\/\//],
    ['valkey+sentinl://localhost/a', /did you mean redis\+sentinel:\/\//],
    ['redis+sentinl://localhost/a', /did you mean redis\+sentinel:\/\//],
    ['redis-cluster://localhost', /did you mean redis\+cluster:\/\//],
    ['sentinel://localhost/a', /unknown scheme/],
    ['redis://localhost:0', /port outside 1 to 65535/],
    ['redis://localhost:65536', /port outside 1 to 65535/],
    ['redis://localhost:http', /malformed host or port/],
    ['redis://localhost:-1', /malformed host or port/],
    ['redis://localhost:123456', /malformed host or port/],
    ['redis://a:b:c', /malformed host or port/],
    ['redis://::1', /malformed host or port/],
    ['redis://[::1', /malformed host or port/],
    ['redis://[localhost]', /brackets that do not hold an IPv6 address/],
    ['redis://[127.0.0.1]', /brackets that do not hold an IPv6 address/],
    ['redis://lo"cal', /malformed host or port/],
    ['redis://a,b', /several hosts, but its scheme takes only one/],
    ['redis+cluster://a,,b', /empty entry in its list of hosts/],
    ['redis+cluster://a,', /empty entry in its list of hosts/],
    ['redis://localhost/-1', /database that is not a whole number/],
    ['redis://localhost/1.5', /database that is not a whole number/],
    ['redis://localhost/shop', /database that is not a whole number/],
    ['redis://localhost/1234567890', /database that is not a whole number/],
    ['redis://localhost/1/2', /more than a database in its path/],
    ['redis://localhost//2', /empty part in its path/],
    ['redis://localhost/1?db=1', /names its database twice/],
    ['redis://localhost?db=x', /database that is not a whole number/],
    ['redis+sentinel://localhost', /does not name the primary/],
    ['redis+sentinel://localhost/', /does not name the primary/],
    ['redis+sentinel://localhost/a/b', /database that is not a whole number/],
    ['redis+sentinel://localhost/a/1/2', /more than a database in its path/],
    ['redis+cluster://localhost/1', /a Cluster has only database 0/],
    ['redis+cluster://localhost?db=1', /a Cluster has only database 0/],
    ['unix://', /no absolute path to a unix socket/],
    ['unix:///', /no absolute path to a unix socket/],
    ['unix://tmp/a.sock', /no absolute path to a unix socket/],
    ['redis://:hunter2@a,:hunter2@b', login],
    ['redis+cluster://:hun@ter2@localhost', login],
    ['redis+sentinel://:hunter2@a,:hunter2@b/mymaster', login],
    ['redis://:hun/ter2@localhost', login],
    ['redis://:hun?ter2@localhost', login],
    ['redis://:hun#ter2@localhost', login],
    ['redis://localhost#2', login],
    ['redis://:hun%ter2@localhost', /percent sign that does not begin an escape; write it as %25/],
    ['redis://:hunter2%@localhost', /percent sign that does not begin an escape/],
    ['redis://:hunter2%ff@localhost', /percent sign that does not begin an escape/],
    ['redis://localhost?famly=6', /unknown parameter \(did you mean family\?\)/],
    ['redis://localhost?Family=6', /unknown parameter \(did you mean family\?\)/],
    ['redis://localhost?zzzzzzzzzzzz=2', /unknown parameter; it may have/],
    ['redis://localhost?connectTimeout=5', /unknown parameter.*it may have db, family/],
    ['redis://localhost?toString=1', /unknown parameter/],
    ['redis://localhost?__proto__=1', /unknown parameter/],
    ['redis://localhost?family=5', /parameter family that is not one of 0, 4, 6/],
    ['redis://localhost?family', /parameter family without a value/],
    ['redis://localhost?family=', /parameter family without a value/],
    ['redis://localhost?family=4&family=4', /parameter family twice/],
    ['redis://localhost?protocol=4', /parameter protocol that is not one of 2, 3/],
    ['redis://localhost?tls=yes', /parameter tls that is not one of true, false/],
    ['rediss://localhost?tls=false', /TLS but the parameter tls=false/],
    ['redis://localhost?password=hun+ter2', /a \+ in the parameter password; write it as %2B/],
    ['redis://localhost?password=hun%ter2', /percent sign/],
    ['redis://localhost?username=hunter2', /parameter username without password/],
    ['redis://:hunter2@localhost?password=hunter2', /two logins/],
    ['redis://localhost?sentinelPassword=hunter2', /parameter sentinelPassword, which does not apply to it/],
    ['redis+sentinel://localhost/a?sentinelUsername=hunter2', /sentinelUsername without sentinelPassword/],
    ['redis+cluster://localhost?family=4', /parameter family, which does not apply to it/],
    ['/tmp/a.sock?tls=true', /parameter tls, which does not apply to it/],
    ['/tmp/a.sock?hunter2', /unknown parameter/],
  ])('is refused: %j', (text, problem) => {
    const refuse = () => parseTarget(text);
    expect(refuse).toThrow(ConfigurationError);
    expect(refuse).toThrow(problem);
    expect(refuse).toThrow(/^The Redis URL .*Expected redis:\/\//);
    expect(refuse).not.toThrow(/hun|ter2/);
  });

  it('shows no part of a text, whatever the text is', () => {
    const piece = fc.constantFrom(
      'redis',
      'rediss',
      '+',
      'sentinel',
      '://',
      ':',
      '@',
      '/',
      '?',
      '#',
      '%',
      ',',
      '[',
      '=',
      '&',
      ' ',
    );
    const secret = fc.constantFrom('zq7', 'zq8', 'zq9');
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, secret), { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        try {
          parseTarget(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
          expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/zq/);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('is never one whose parts were escaped', () => {
    const anything = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        anything,
        anything,
        fc.integer({ min: 1, max: 65_535 }),
        fc.nat({ max: 999_999_999 }),
        (username, password, port, db) => {
          const escaped = [username, password].map((text) => encodeURIComponent(text)).join(':');
          expect(parseTarget(`redis://${escaped}@localhost:${port}/${db}`)).toMatchObject({
            login: { username, password },
            port,
            database: db,
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});
