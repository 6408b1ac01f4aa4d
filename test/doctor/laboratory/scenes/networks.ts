import type { Laboratory } from '../laboratory.ts';
import { doctorInNamespace, namespaceObstacle } from '../namespace.ts';

const veth = [
  'ip link add v0 type veth peer name v1',
  'ip addr add 10.9.0.1/24 dev v0',
  'ip link set v0 up',
  'ip link set v1 up',
];

const routes = [
  {
    condition: 'packets are dropped',
    code: 'connect-timeout',
    words: /not answered at all/,
    preparations: [...veth, 'ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:01 dev v0'],
    url: 'redis://10.9.0.2',
  },
  {
    condition: 'the host cannot be reached',
    code: 'connect-timeout',
    words: /host cannot be reached/,
    preparations: [...veth, 'ip route add unreachable 10.8.0.0/24'],
    url: 'redis://10.8.0.1',
  },
  {
    condition: 'no route to the network',
    code: 'connect-timeout',
    words: /no route/,
    preparations: [],
    url: 'redis://10.5.0.1',
  },
  {
    condition: 'connections are forbidden on this machine',
    code: 'connect-timeout',
    words: /forbids/,
    preparations: [...veth, 'ip route add prohibit 10.7.0.0/24'],
    url: 'redis://10.7.0.1',
  },
  {
    condition: 'one of two addresses of the name is silent',
    code: 'address-mismatch',
    severity: 'warning',
    words: /do not answer/,
    preparations: [
      ...veth,
      'ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:01 dev v0',
      'printf "10.9.0.2 twofold\\n10.9.0.1 twofold\\n" > /tmp/hosts.$$ && mount --bind /tmp/hosts.$$ /etc/hosts && rm -f /tmp/hosts.$$ || true',
      "redis-server --port 6379 --save '' --protected-mode no >/dev/null &",
      'until redis-cli -p 6379 PING >/dev/null 2>&1; do sleep 0.02; done',
    ],
    url: 'redis://twofold',
  },
  {
    condition: 'protected mode',
    code: 'auth',
    words: /protected mode/,
    preparations: [
      ...veth,
      "redis-server --port 6379 --bind '*' --save '' >/dev/null &",
      'until redis-cli -p 6379 PING >/dev/null 2>&1; do sleep 0.02; done',
    ],
    url: 'redis://10.9.0.1',
  },
  {
    condition: 'the name server does not answer',
    code: 'dns',
    words: /EAI_AGAIN|TIMEOUT/,
    preparations: [...resolvConf('127.0.0.1')],
    url: 'redis://cache.example',
  },
  {
    condition: 'the host name does not exist',
    code: 'dns',
    words: /does not exist/,
    preparations: [...resolvConf('127.0.0.1'), nameServer()],
    url: 'redis://no-such-host.example',
  },
  {
    condition: 'the name has no address of the family',
    code: 'dns',
    words: /no IPv6 address/,
    preparations: [
      'echo "127.0.0.1 fouronly" > /tmp/hosts.$$ && mount --bind /tmp/hosts.$$ /etc/hosts && rm -f /tmp/hosts.$$ || true',
      ...resolvConf('127.0.0.1'),
      nameServer(),
    ],
    url: 'redis://fouronly?family=6',
  },
] as const;

const firewall = [
  {
    condition: 'a firewall drops',
    code: 'connect-timeout',
    words: /not answered at all/,
    verdict: 'drop',
  },
  {
    condition: 'a firewall rejects with a reset',
    code: 'connection-refused',
    words: /ECONNREFUSED/,
    verdict: 'reject with tcp reset',
  },
  {
    condition: 'a firewall rejects as prohibited',
    code: 'connect-timeout',
    words: /EHOSTUNREACH/,
    verdict: 'reject with icmp type admin-prohibited',
  },
] as const;

/** Errors of DNS, routes and firewalls, each in a separate network namespace. */
export async function networks(laboratory: Laboratory): Promise<void> {
  const obstacle = namespaceObstacle();
  for (const { condition, preparations, url, ...expected } of routes) {
    if (obstacle !== undefined) laboratory.skip(condition, obstacle);
    else laboratory.judge(condition, expected, await doctorInNamespace(preparations, url));
  }
  const noFirewall = namespaceObstacle('nft');
  for (const { condition, verdict, ...expected } of firewall) {
    if (noFirewall !== undefined) {
      laboratory.skip(condition, noFirewall);
      continue;
    }
    const preparations = [
      'nft add table inet t',
      "nft 'add chain inet t in { type filter hook input priority 0 ; }'",
      `nft add rule inet t in tcp dport 6379 ${verdict}`,
    ];
    laboratory.judge(condition, expected, await doctorInNamespace(preparations, 'redis://127.0.0.1'));
  }
}

function resolvConf(server: string): readonly string[] {
  return [
    `printf "nameserver ${server}\\noptions timeout:1 attempts:1\\n" > /tmp/resolv.$$`,
    'mount --bind /tmp/resolv.$$ /etc/resolv.conf',
    'rm -f /tmp/resolv.$$ || true',
  ];
}

// A DNS server that answers every query with NXDOMAIN.
function nameServer(): string {
  const program =
    "const s=require('dgram').createSocket('udp4');" +
    "s.on('message',(m,r)=>{const a=Buffer.from(m);a[2]=0x81;a[3]=0x83;s.send(a,r.port,r.address)});" +
    "s.bind(53,'127.0.0.1',()=>console.log('up'))";
  return `mkfifo /tmp/up.$$ && { "$NODE" -e "${program}" > /tmp/up.$$ & } && read _ < /tmp/up.$$; rm -f /tmp/up.$$`;
}
