import type { CommandGroup } from './command-group.ts';

/** Commands of the modules that Redis 8 includes: JSON, search, time series, sketches, vector sets. */
export const moduleTable: readonly CommandGroup[] = [
  {
    lane: 'read',
    effect: 'read',
    names: `
      json.get json.mget json.type json.strlen json.arrlen json.arrindex json.objkeys json.objlen json.resp
      json.debug
      ft.search ft.aggregate ft.hybrid ft.explain ft.explaincli ft.profile ft.spellcheck ft.info ft._list
      ft.tagvals ft.dictdump ft.syndump ft.sugget ft.suglen
      ts.get ts.mget ts.range ts.revrange ts.mrange ts.mrevrange ts.info ts.queryindex
      bf.exists bf.mexists bf.card bf.info bf.scandump bf.debug
      cf.exists cf.mexists cf.count cf.info cf.scandump cf.debug
      cms.query cms.info topk.query topk.count topk.list topk.info
      tdigest.quantile tdigest.cdf tdigest.rank tdigest.revrank tdigest.byrank tdigest.byrevrank tdigest.min
      tdigest.max tdigest.trimmed_mean tdigest.info
      vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vrange vsim`,
  },
  { lane: 'write', effect: 'write-last-wins', names: 'json.mset json.merge ts.alter vadd' },
  { lane: 'write', effect: 'write-last-wins', frees: true, names: 'tdigest.reset vsetattr' },
  { lane: 'write', effect: 'write-checked-safe', frees: true, names: 'ts.del' },
  // A second run of these commands fails, or replies that the item was already there.
  {
    lane: 'write',
    effect: 'write-checked',
    names: `
      bf.reserve bf.add bf.madd bf.insert cf.reserve cf.addnx cf.insertnx cms.initbydim cms.initbyprob
      topk.reserve tdigest.create ts.create ts.createrule`,
  },
  { lane: 'write', effect: 'write-checked', frees: true, names: 'json.clear ft.sugdel ts.deleterule vrem' },
  {
    lane: 'write',
    effect: 'write-accumulating',
    names: `
      json.numincrby json.nummultby json.numpowby json.strappend json.arrappend json.arrinsert json.toggle
      cf.add cf.insert cms.incrby topk.add topk.incrby tdigest.add ts.madd ts.incrby ts.decrby
      bf.loadchunk cf.loadchunk`,
  },
  { lane: 'write', effect: 'write-accumulating', frees: true, names: 'json.arrpop json.arrtrim cf.del' },
  { lane: 'write', effect: 'by-arguments', names: 'json.set ft.sugadd ts.add cms.merge tdigest.merge' },
  { lane: 'write', effect: 'by-arguments', frees: true, names: 'json.del json.forget' },
  {
    lane: 'write',
    effect: 'admin',
    names: 'ft.create ft.alter ft.aliasadd ft.aliasupdate ft.dictadd ft.synupdate ft.synadd',
  },
  {
    lane: 'write',
    effect: 'admin',
    frees: true,
    names: 'ft.dropindex ft.drop ft.aliasdel ft.dictdel cf.compact',
  },
];
