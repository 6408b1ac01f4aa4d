import type { CommandGroup } from './command-group.ts';

/** Commands whose first argument names a subcommand, and those subcommands. */
export const containerTable: readonly CommandGroup[] = [
  // A command with an unknown subcommand is treated like the command's most restrictive subcommand.
  {
    lane: 'read',
    effect: 'never',
    container: true,
    names: `
      acl backup cluster commandlog config hotkeys latency memory module object script sentinel slowlog
      xinfo ft.config`,
  },
  { lane: 'read', effect: 'read', container: true, names: 'command' },
  { lane: 'write', effect: 'never', container: true, names: 'function xgroup ft.cursor' },
  // PUBSUB NUMSUB waits as subscriptions do (see `waitsUntilDone`), so PUBSUB must not be on the fast path.
  { lane: 'read', effect: 'never', container: true, kind: 'connection', names: 'client pubsub' },
  { lane: 'write', effect: 'never', container: true, kind: 'connection', names: 'himport' },

  {
    lane: 'read',
    effect: 'read',
    names: `
      acl|cat acl|dryrun acl|genpass acl|getuser acl|help acl|list acl|users acl|whoami
      backup|help backup|list backup|status
      client|getname client|getredir client|help client|id client|info client|list client|trackinginfo
      cluster|count-failure-reports cluster|countkeysinslot cluster|getkeysinslot cluster|getslotmigrations
      cluster|help cluster|info cluster|keyslot cluster|links cluster|myid cluster|myshardid cluster|nodes
      cluster|replicas cluster|shards cluster|slaves cluster|slot-stats cluster|slots
      command|count command|docs command|getkeys command|getkeysandflags command|help command|info command|list
      commandlog|get commandlog|help commandlog|len
      config|get config|help
      ft.config|get ft.config|help
      function|dump function|help function|list function|stats
      hotkeys|get hotkeys|help
      latency|doctor latency|graph latency|help latency|histogram latency|history latency|latest
      memory|doctor memory|help memory|malloc-stats memory|stats memory|usage
      module|help module|list
      object|encoding object|freq object|help object|idletime object|refcount
      pubsub|channels pubsub|help pubsub|numpat pubsub|numsub pubsub|shardchannels pubsub|shardnumsub
      script|exists script|help script|show
      sentinel|ckquorum sentinel|get-master-addr-by-name sentinel|help sentinel|info-cache sentinel|master
      sentinel|masters sentinel|myid sentinel|pending-scripts sentinel|primaries sentinel|primary
      sentinel|replicas sentinel|sentinels sentinel|slaves
      slowlog|get slowlog|help slowlog|len
      xgroup|help xinfo|consumers xinfo|groups xinfo|help xinfo|stream`,
  },
  { lane: 'read', effect: 'by-arguments', names: 'acl|log' },
  // SCRIPT LOAD returns the same digest when the same text is loaded again.
  { lane: 'read', effect: 'write-last-wins', names: 'script|load' },

  { lane: 'write', effect: 'write-checked', names: 'xgroup|create xgroup|createconsumer' },
  {
    lane: 'write',
    effect: 'write-checked',
    frees: true,
    names: 'xgroup|delconsumer xgroup|destroy ft.cursor|del',
  },
  { lane: 'write', effect: 'write-last-wins', frees: true, names: 'xgroup|setid' },
  // FT.CURSOR READ returns the next rows and advances the cursor, so a repeat would skip rows.
  { lane: 'read', effect: 'write-accumulating', names: 'ft.cursor|read' },

  {
    lane: 'read',
    effect: 'never',
    kind: 'connection',
    names: `
      client|caching client|capa client|import-source client|no-evict client|no-touch client|reply client|setinfo
      client|setname client|tracking
      himport|prepare himport|discard himport|discardall
      script|debug`,
  },
  // HIMPORT SET uses the state that HIMPORT PREPARE left on the same connection.
  { lane: 'write', effect: 'never', kind: 'connection', names: 'himport|set' },

  { lane: 'write', effect: 'admin', names: 'function|load function|restore' },
  { lane: 'write', effect: 'admin', frees: true, names: 'function|delete function|flush' },
  {
    lane: 'read',
    effect: 'admin',
    names: `
      acl|deluser acl|load acl|save acl|setuser
      backup|abort backup|cleanup backup|seal backup|start
      client|kill client|pause client|unblock client|unpause
      cluster|addslots cluster|addslotsrange cluster|bumpepoch cluster|cancelslotmigrations cluster|delslots
      cluster|delslotsrange cluster|failover cluster|flushslot cluster|flushslots cluster|forget cluster|meet
      cluster|migrateslots cluster|migration cluster|replicate cluster|reset cluster|saveconfig
      cluster|set-config-epoch cluster|setslot cluster|syncslots
      commandlog|reset
      config|resetstat config|rewrite config|set
      ft.config|set
      function|kill
      hotkeys|reset hotkeys|start hotkeys|stop
      latency|reset memory|purge
      module|load module|loadex module|unload
      script|flush script|kill
      sentinel|config sentinel|debug sentinel|failover sentinel|flushconfig sentinel|monitor sentinel|remove
      sentinel|reset sentinel|set sentinel|simulate-failure
      slowlog|reset`,
  },
];
