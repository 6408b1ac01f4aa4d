import { failedFirst, hasPassed, newsOf, type Drill, type Outcome } from '../outcome.ts';
import { describeTrouble } from '../trouble.ts';
import { styleSheet } from './style-sheet.ts';
import { narrow, renderTimeline, wide } from './timeline.ts';

/** One self-contained page: it loads no script, font or image. */
export function renderHtml(drill: Drill): string {
  const outcomes = failedFirst(drill.outcomes);
  const isPassed = outcomes.every(hasPassed);
  const [verdict = '', ...notes] = newsOf(drill).split(/(?<=\.) /);
  const note = notes.join(' ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Redis drill: ${isPassed ? 'passed' : 'failed'}</title>
<style>${styleSheet}</style>
</head>
<body>
<header>
<p class="kicker">Redis drill</p>
<h1>${chip(isPassed)} ${escape(verdict)}</h1>
${note === '' ? '' : `<p>${escape(note)}</p>`}
<dl class="facts">
${fact('Command', `<code>${escape(drill.command)}</code>`)}
${fact('Requests', `${drill.requests.map((each) => `<code>${escape(each)}</code>`).join(', ')} at ${drill.rate} a second`)}
${fact('Seed', String(drill.seed))}
${fact('Node', escape(drill.node))}
${fact('Date', escape(drill.startedAt.toISOString().slice(0, 16).replace('T', ' ')))}
</dl>
</header>
<main>
<table>
<thead><tr><th>Plan</th><th>Verdict</th>${columns.map((name) => `<th>${name}</th>`).join('')}</tr></thead>
<tbody>
${outcomes.map(row).join('\n')}
</tbody>
</table>
<p class="legend"><span class="dot ok"></span> answered <span class="dot refused"></span> refused: 503 with Retry-After <span class="dot unknown"></span> unknown outcome: it may have been carried out <span class="dot failed"></span> failed <span class="swatch"></span> the fault</p>
${outcomes.map(section).join('\n')}
</main>
<footer>Failed: a 5xx, a broken connection, or no answer in time. Unknown: the request may have been carried out, as the application says. Recovered: from the moment Redis was back until the end of the last failed, refused or unknown request that began after it. Made by redis-resilience drill.</footer>
</body>
</html>
`;
}

const columns = [
  'Requests',
  'Failed',
  'Refused',
  'Unknown',
  'p50',
  'p99',
  'Longest',
  'Recovered',
  'Memory',
] as const;

function row(outcome: Outcome): string {
  const { figures, rehearsal } = outcome;
  const { name } = rehearsal.plan;
  const growth = figures.memoryGrowthMb === undefined ? '–' : `+${figures.memoryGrowthMb} MB`;
  const recovered = figures.neverRecovered ? 'never' : ms(figures.recoveryMs);
  const { requests, failed, refused, unknown } = figures;
  const counts = [requests, failed, refused, unknown];
  const cells = [...counts, ms(figures.p50Ms), ms(figures.p99Ms), ms(figures.hangMs), recovered, growth];
  const numbers = cells
    .map((cell, index) => `<td class="number" data-label="${columns[index]}">${cell}</td>`)
    .join('');
  return `<tr><th scope="row"><a href="#${escape(name)}">${escape(name)}</a></th><td>${chip(hasPassed(outcome))}</td>${numbers}</tr>`;
}

function section(outcome: Outcome): string {
  const { rehearsal, figures, misses, troubles } = outcome;
  const { name, description } = rehearsal.plan;
  const missed = misses.map(({ message }) => `<li>${escape(message)}</li>`).join('');
  const told = troubles.map((trouble) => `<li>${escape(describeTrouble(trouble))}</li>`).join('');
  const health =
    figures.healthRecoveryMs === undefined ? '' : fact('Health well after', ms(figures.healthRecoveryMs));
  return `<section id="${escape(name)}">
<h2>${escape(name)} ${chip(misses.length === 0)}</h2>
<p>${escape(description)}</p>
${missed === '' ? '' : `<ul class="missed">${missed}</ul>`}
${told === '' ? '' : `<ul class="troubles">${told}</ul>`}
<div class="wide">${renderTimeline(rehearsal, wide)}</div>
<div class="narrow">${renderTimeline(rehearsal, narrow)}</div>
<dl class="facts">
${fact('Readiness', escape(figures.readiness))}
${fact('Liveness', escape(figures.liveness))}
${health}
</dl>
</section>`;
}

function chip(isPassed: boolean): string {
  return `<span class="chip ${isPassed ? 'passed' : 'missed'}">${isPassed ? 'pass' : 'fail'}</span>`;
}

function fact(term: string, value: string): string {
  return `<div><dt>${term}</dt><dd>${value}</dd></div>`;
}

function ms(value: number): string {
  return `${value.toLocaleString('en')} ms`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
