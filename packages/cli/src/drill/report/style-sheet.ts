/** The style sheet of the HTML report, for light and dark mode. */
export const styleSheet = `
:root {
  --page: #fbfbfa; --card: #ffffff; --text: #1d2126; --soft: #626b76; --line: #e2e5e9; --grid: #edeff2;
  --ok: #2e7d5b; --refused: #c98a12; --unknown: #8a5cc2; --failed: #c4383a; --fault: #c4383a14; --fault-edge: #c4383a66; --memory: #5b6bb5;
  --ok-back: #e3f2ea; --failed-back: #fae5e5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1b1f24; --text: #e6e9ec; --soft: #98a2ad; --line: #2c323a; --grid: #252b32;
    --ok: #5cc295; --refused: #e2ad47; --unknown: #bb94ee; --failed: #f07172; --fault: #f0717222; --fault-edge: #f0717288; --memory: #93a1e8;
    --ok-back: #1d3a2d; --failed-back: #482526;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 66rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
.kicker { margin: 0; color: var(--soft); font-size: 13px; letter-spacing: .06em; text-transform: uppercase; }
h1 { margin: .2rem 0 1rem; font-size: 1.6rem; font-weight: 600; line-height: 1.25; }
h2 { margin: 0 0 .25rem; font-size: 1.15rem; font-weight: 600; }
section p { margin: 0 0 .5rem; color: var(--soft); }
code { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .75rem 0 0; }
.facts dt { color: var(--soft); font-size: 12px; }
.facts dd { margin: 0; }
.narrow { display: none; }
table { width: 100%; margin: 1.75rem 0 1rem; border-collapse: collapse; background: var(--card);
  border: 1px solid var(--line); font-variant-numeric: tabular-nums; }
th, td { padding: .45rem .75rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
thead th { color: var(--soft); font-size: 12px; font-weight: 500; }
thead th:nth-child(n + 3), .number { text-align: right; }
tbody tr:last-child > * { border-bottom: 0; }
tbody th { font-weight: 500; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: 3px; }
.chip { display: inline-block; padding: 0 .55em; border-radius: 1em; font-size: 12px; font-weight: 600; line-height: 1.7;
  vertical-align: .12em; }
.chip.passed { color: var(--ok); background: var(--ok-back); }
.chip.missed { color: var(--failed); background: var(--failed-back); }
.legend { color: var(--soft); font-size: 13px; }
.dot { display: inline-block; width: 9px; height: 9px; margin: 0 .25em 0 .9em; border-radius: 50%; }
.dot:first-child { margin-left: 0; }
.dot.ok { background: var(--ok); } .dot.refused { background: var(--refused); } .dot.unknown { background: var(--unknown); } .dot.failed { background: var(--failed); }
.swatch { display: inline-block; width: 14px; height: 11px; margin: 0 .25em -1px .9em; background: var(--fault);
  border: 1px solid var(--fault-edge); }
section { margin: 1rem 0; padding: 1.1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
.troubles { margin: .25rem 0 .5rem; padding-left: 1.1rem; }
.missed:is(ul) { margin: .25rem 0 .5rem; padding-left: 1.1rem; color: var(--failed); }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font-size: 11px; font-family: inherit; }
svg .grid { stroke: var(--grid); } svg .axis { stroke: var(--line); }
svg .fault { fill: var(--fault); } svg .limit { stroke: var(--failed); stroke-dasharray: 5 4; opacity: .6; } svg .edge { stroke: var(--fault-edge); stroke-dasharray: 3 3; }
svg .ok { fill: var(--ok); } svg .refused, svg .warn { fill: var(--refused); }
svg .unknown { fill: var(--unknown); }
svg .failed, svg .fail, svg .silent { fill: var(--failed); }
svg .memory { stroke: var(--memory); fill: none; stroke-width: 1.5; }
svg .label { fill: var(--text); }
@media (max-width: 48rem) {
  body { padding: 1.25rem .75rem 2rem; }
  section { padding: .9rem .9rem; }
  .wide { display: none; }
  .narrow { display: block; }
  table, tbody, tr, tbody th, td { display: block; }
  thead { display: none; }
  tbody tr { display: grid; grid-template-columns: repeat(3, 1fr); padding: .6rem .75rem; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  tbody th, td { padding: .2rem 0; border: 0; white-space: normal; }
  tbody th { grid-column: 1 / 3; }
  td:nth-child(2) { text-align: right; }
  td.number { text-align: left; }
  td.number::before { content: attr(data-label); display: block; color: var(--soft); font-size: 12px; }
}
footer { margin-top: 1.5rem; color: var(--soft); font-size: 13px; }
`;
