import type { Diagnosis, Finding } from '@redis-resilience/doctor';
import { plainText } from '../plain-text.ts';
import { describeServer } from './describe-server.ts';

/** Writes a diagnosis as Markdown, for a ticket. */
export function renderMarkdown({ target, healthy, findings, servers, durationMs }: Diagnosis): string {
  const head = [
    `## Redis doctor: ${codeSpan(target)}`,
    '',
    `**${healthy ? 'Healthy' : 'Not healthy'}**, ${findings.length} findings in ${durationMs} ms.`,
  ];
  const known = servers
    .map((facts) => describeServer(facts, servers.length === 1))
    .filter((line) => line !== '');
  const list = known.length === 0 ? [] : ['', ...known.map((line) => `- ${line}`)];
  return `${[...head, ...list, ...findings.flatMap(section)].join('\n')}\n`;
}

function section({ severity, code, message, evidence, next, docs }: Finding): readonly string[] {
  const rows = Object.entries(evidence).map(
    ([name, value]) => `| ${name} | ${cell(Array.isArray(value) ? value.join(', ') : String(value))} |`,
  );
  return [
    '',
    `### ${severity}: [\`${code}\`](${docs})`,
    '',
    message,
    ...(rows.length > 0 ? ['', '| evidence | |', '| --- | --- |', ...rows] : []),
    '',
    `Next: ${codeSpan(next)}`,
  ];
}

// Replaces characters that would end a table cell or inline code, because no escaping is safe in both.
function cell(text: string): string {
  return codeSpan(text.replaceAll('|', '¦'));
}

function codeSpan(text: string): string {
  return `\`${plainText(text.replaceAll('`', "'"), 2000) || ' '}\``;
}
