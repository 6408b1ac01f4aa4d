/**
 * The style sheet of the page, for light and dark mode. Colours never carry information alone: a word or a
 * shape always says the same.
 */
export const pageStyle: string = `
:root {
  color-scheme: light;
  --back: #f4f6f8; --card: #ffffff; --text: #18202b; --muted: #556172; --line: #d8dee7;
  --up: #0a6e3c; --up-soft: #e0f4e8; --up-bar: #a9dcbf;
  --degraded: #7d5000; --degraded-soft: #fcefcf; --degraded-bar: #e3a008;
  --down: #ab1d1d; --down-soft: #fde4e3; --down-bar: #d6322f;
  --accent: #1d5fd0; --unknown-bar: #e6eaf0;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme='light']) {
    color-scheme: dark;
    --back: #0e1217; --card: #171d25; --text: #e7ecf2; --muted: #9fabba; --line: #2c3541;
    --up: #6fdba0; --up-soft: #123322; --up-bar: #235c3e;
    --degraded: #f3c35f; --degraded-soft: #3a2d0d; --degraded-bar: #d99a13;
    --down: #ff908c; --down-soft: #431b1a; --down-bar: #e5484d;
    --accent: #7fb0ff; --unknown-bar: #232b35;
  }
}
:root[data-theme='dark'] {
  color-scheme: dark;
  --back: #0e1217; --card: #171d25; --text: #e7ecf2; --muted: #9fabba; --line: #2c3541;
  --up: #6fdba0; --up-soft: #123322; --up-bar: #235c3e;
  --degraded: #f3c35f; --degraded-soft: #3a2d0d; --degraded-bar: #d99a13;
  --down: #ff908c; --down-soft: #431b1a; --down-bar: #e5484d;
  --accent: #7fb0ff; --unknown-bar: #232b35;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; max-width: 64rem; padding: 1rem 1.25rem 2rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  font-variant-numeric: tabular-nums;
}
h1, h2, h3, h4, p, dl, dd, ol, ul { margin: 0; padding: 0; }
h1 { font-size: 1.25rem; }
h2 { font-size: 1.2rem; overflow-wrap: anywhere; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
h4 { font-size: .85rem; font-weight: 500; color: var(--muted); }
ol, ul { list-style: none; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; margin-bottom: 1rem; }
header h1 { margin-right: auto; }
footer { margin-top: 1.5rem; font-size: .85rem; color: var(--muted); }
.muted { color: var(--muted); font-size: .9rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
button {
  font: inherit; min-height: 2.5rem; padding: .35rem .9rem; border: 1px solid var(--muted); border-radius: .5rem;
  background: var(--card); color: var(--text); cursor: pointer;
}
button:hover { border-color: var(--accent); color: var(--accent); }
.quiet { font-size: .85rem; border-color: var(--line); }
.live { font-size: .85rem; color: var(--muted); }
.live::before {
  content: ''; display: inline-block; width: .6rem; height: .6rem; margin-right: .4rem; border-radius: 50%;
  background: var(--muted);
}
[data-live='yes'] .live::before { background: var(--up); }
[data-live='no'] .live { color: var(--down); font-weight: 600; }
[data-live='no'] .live::before { background: var(--down-bar); border-radius: 0; }
[data-live='no'] main { opacity: .75; filter: saturate(.4); }
.banner {
  display: flex; gap: 1rem; align-items: center; min-height: 7rem; padding: 1rem 1.25rem; margin-bottom: 1rem;
  border-radius: .75rem; border: 1px solid var(--line); border-left: .6rem solid var(--muted); background: var(--card);
}
.banner .headline { font-size: 1.6rem; font-weight: 700; line-height: 1.25; }
.banner:not([data-status='up']) .next { font-weight: 600; margin-bottom: .35rem; }
.banner .sign {
  flex: none; width: 3rem; height: 3rem; border-radius: 50%; font-size: 1.6rem; font-weight: 700; line-height: 3rem;
  text-align: center; border: 2px solid currentColor;
}
.banner[data-status='up'] { background: var(--up-soft); border-left-color: var(--up); }
.banner[data-status='up'] :is(.sign, .headline) { color: var(--up); }
.banner[data-status='degraded'] { background: var(--degraded-soft); border-left-color: var(--degraded-bar); }
.banner[data-status='degraded'] :is(.sign, .headline) { color: var(--degraded); }
.banner[data-status='down'] { background: var(--down-soft); border-left-color: var(--down-bar); }
.banner[data-status='down'] :is(.sign, .headline) { color: var(--down); }
.card {
  padding: 1.25rem; margin-bottom: 1rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card);
}
.card-head { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem; }
.why { margin-top: .5rem; padding: .6rem .8rem; border-radius: .5rem; background: var(--down-soft); }
[data-status='degraded'] .why { background: var(--degraded-soft); }
.badge {
  display: inline-block; padding: 0 .6rem; border-radius: 1rem; font-size: .85rem; font-weight: 600; white-space: nowrap;
}
.badge.ended { color: var(--muted); background: transparent; border: 1px solid var(--line); }
.badge.up { color: var(--up); background: var(--up-soft); }
.badge.degraded { color: var(--degraded); background: var(--degraded-soft); }
.badge.down { color: var(--down); background: var(--down-soft); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); gap: .75rem 1rem; margin-top: 1rem; }
.facts dt { font-size: .85rem; color: var(--muted); }
.facts dd { font-weight: 600; }
.facts .unwell { color: var(--down); }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin-top: 1rem; }
.labels { position: relative; height: 1.35rem; font-size: .85rem; font-weight: 600; overflow: hidden; }
.labels span { position: absolute; white-space: nowrap; color: var(--degraded); }
.labels .down { color: var(--down); }
.timeline {
  position: relative; height: 2.5rem; border-radius: .25rem; overflow: hidden;
  background: linear-gradient(var(--unknown-bar), var(--unknown-bar)) 0 100% / 100% .8rem no-repeat;
}
.timeline span { position: absolute; bottom: 0; height: 2.5rem; min-width: 5px; }
.timeline .up { height: .8rem; min-width: 0; background: var(--up-bar); }
.timeline .down, .swatch.down { background: var(--down-bar); }
.timeline .degraded, .swatch.degraded {
  background: repeating-linear-gradient(135deg, var(--degraded-bar) 0 5px, var(--card) 5px 8px);
}
.swatch.up { background: var(--up-bar); }
.swatch.unknown { background: var(--unknown-bar); }
.axis { display: flex; justify-content: space-between; font-size: .8rem; color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .25rem 0 .75rem; font-size: .8rem; color: var(--muted); }
.swatch { display: inline-block; width: .9rem; height: .9rem; margin-right: .35rem; vertical-align: -.1rem; border-radius: 2px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; margin-top: 1.25rem; }
.tile { padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
.scale { margin-top: .25rem; font-size: .8rem; color: var(--muted); }
.figure { font-size: 1.15rem; font-weight: 600; }
.tile svg { display: block; width: 100%; height: 3.5rem; margin-top: .25rem; }
.tile path { vector-effect: non-scaling-stroke; }
.spark-area { fill: var(--accent); opacity: .12; }
.spark-line { fill: none; stroke: var(--accent); stroke-width: 1.75; }
.spark-trouble { fill: none; stroke: var(--degraded-bar); stroke-width: 1.75; stroke-dasharray: 4 2; }
.countdown { height: .4rem; margin: .5rem 0; border-radius: .2rem; background: var(--unknown-bar); overflow: hidden; }
.countdown span { display: block; height: 100%; background: var(--accent); }
.marks { display: flex; gap: .25rem; min-height: 1.1rem; margin-top: .25rem; }
.marks li { width: .5rem; height: 1.1rem; border-radius: 2px; background: var(--up); }
.marks .failed { height: .6rem; align-self: end; background: var(--down-bar); }
.scroller { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
td:first-child, .nowrap, .commands td { white-space: nowrap; }
th { font-weight: 500; color: var(--muted); white-space: nowrap; }
.caution { color: var(--degraded); font-weight: 600; }
.trouble { color: var(--down); font-weight: 600; }
.databases li { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; padding: .25rem 0; }
@media (max-width: 40rem) {
  body { padding: .75rem .75rem 2rem; }
  .banner { align-items: flex-start; gap: .75rem; padding: .9rem; border-left-width: .4rem; }
  .banner .headline { font-size: 1.3rem; }
  .banner .sign { width: 2.25rem; height: 2.25rem; line-height: 2.1rem; font-size: 1.2rem; }
  .card { padding: .9rem; }
  .facts { grid-template-columns: repeat(2, 1fr); }
  .outages thead { position: absolute; clip-path: inset(50%); }
  .outages tr {
    display: grid; grid-template-columns: auto 1fr auto; gap: 0 .75rem; padding: .5rem 0;
    border-bottom: 1px solid var(--line);
  }
  .outages td { padding: 0; border: 0; }
  .outages td:nth-child(3) { grid-column: 1 / -1; order: 1; }
}
@media (prefers-reduced-motion: no-preference) { .countdown span { transition: width .2s linear; } }
`;
