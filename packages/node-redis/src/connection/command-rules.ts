/** Says which connection a command may use, if any. `shared`: the connection that the client shares with others. */
export type CommandRule =
  | { readonly kind: 'shared' }
  /** The command changes or occupies its connection, so it needs one that the client does not share. */
  | { readonly kind: 'own' }
  /** The client does not send the command; `why` is the end of the error message. */
  | { readonly kind: 'refused'; readonly why: string };

type Argument = string | Uint8Array;
type RuleOf = (args: readonly Argument[]) => CommandRule;

const shared: CommandRule = { kind: 'shared' };
const own: CommandRule = { kind: 'own' };

/** The commands whose rule is not always `shared`, by name. The rule may depend on the arguments. */
const rules: ReadonlyMap<string, RuleOf> = new Map([
  ...named(
    'WATCH SELECT BLPOP BRPOP BLMOVE BRPOPLPUSH BLMPOP BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF',
    () => own,
  ),
  ...named('XREAD XREADGROUP', (args) => (args.some((arg) => wordOf(arg) === 'BLOCK') ? own : shared)),
  ...named('CLIENT', ruleOfClient),
  ...named('SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE', () =>
    refuse('Use client.subscribe(), client.pSubscribe() or client.sSubscribe(), and their opposites.'),
  ),
  ...named('HELLO', () => refuse('The protocol is the option RESP of createNodeRedisClient.')),
  ...named('AUTH', () => refuse('The connection logs in with the credentials of the resilience.')),
  ...named('MONITOR RESET SYNC PSYNC', () =>
    refuse('It would take the connection away from the resilience. Use a client of node-redis for it.'),
  ),
]);

const known = new Map<string, RuleOf>();
const maxKnown = 1000;
const always = (): CommandRule => shared;

/** Returns the rule for a command. `args` starts with the name of the command. */
export function ruleOf(args: readonly Argument[]): CommandRule {
  const [verb] = args;
  if (typeof verb !== 'string') return ruleOf([wordOf(verb ?? ''), ...args.slice(1)]);
  const rule = known.get(verb) ?? learn(verb);
  return rule === always ? shared : rule(args);
}

function learn(verb: string): RuleOf {
  const rule = rules.get(verb.toUpperCase()) ?? always;
  if (known.size < maxKnown) known.set(verb, rule);
  return rule;
}

function ruleOfClient(args: readonly Argument[]): CommandRule {
  switch (wordOf(args[1] ?? '')) {
    case 'REPLY':
    case 'TRACKING':
      return refuse('The connection is shared by everything that the resilience does.');
    case 'SETNAME':
    case 'NO-EVICT':
    case 'NO-TOUCH':
    case 'CACHING':
      return own;
    default:
      return shared;
  }
}

function refuse(why: string): CommandRule {
  return { kind: 'refused', why };
}

function named(verbs: string, rule: RuleOf): (readonly [string, RuleOf])[] {
  return verbs.split(' ').map((verb) => [verb, rule] as const);
}

function wordOf(argument: Argument): string {
  return (typeof argument === 'string' ? argument : Buffer.from(argument).toString()).toUpperCase();
}
