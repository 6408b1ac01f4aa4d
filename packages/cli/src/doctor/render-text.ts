import type { Diagnosis, Finding, Severity } from '@redis-resilience/doctor';
import type { Style } from '../style.ts';
import { describeServer } from './describe-server.ts';

export interface TextOptions {
  readonly style: Style;
  /** Whether to show informational findings. */
  readonly isVerbose: boolean;
}

const indent = '           ';

/** Writes a diagnosis as text: a line with the result, a line for each server, then the findings and their evidence. */
export function renderText(diagnosis: Diagnosis, { style, isVerbose }: TextOptions): string {
  const { findings, servers, target, healthy, durationMs } = diagnosis;
  const count = (severity: Severity): number => findings.filter((each) => each.severity === severity).length;
  const shown = findings.filter(({ severity }) => isVerbose || severity !== 'info');
  const took = style.dim(`(${durationMs} ms)`);
  const hidden = findings.length - shown.length;
  const mark = healthy ? style.green('healthy') : style.red('not healthy');
  const counts = [
    ...(count('error') > 0 ? [plural(count('error'), 'error')] : []),
    ...(count('warning') > 0 ? [plural(count('warning'), 'warning')] : []),
  ];
  const head = `${target}: ${mark}${counts.length > 0 ? `, ${counts.join(', ')}` : ''} ${took}\n`;
  const known = servers
    .map((facts) => describeServer(facts, servers.length === 1))
    .filter((line) => line !== '')
    .map((line) => style.dim(`  ${line}\n`))
    .join('');
  const body = shown.map((finding) => `\n${renderFinding(finding, style)}`).join('');
  const isRestWorthSaying = hidden > 0 && !healthy;
  const foot = isRestWorthSaying ? style.dim(`\n${hidden} more that are only information: --verbose\n`) : '';
  return head + known + body + foot;
}

function renderFinding(finding: Finding, style: Style): string {
  const paint = { error: style.red, warning: style.yellow, info: style.cyan }[finding.severity];
  const lines = [
    `  ${paint(finding.severity.padEnd(8))} ${style.bold(finding.code)}`,
    indent + finding.message,
    ...evidenceLines(finding.evidence).map((line) => style.dim(indent + line)),
    `${indent}${style.cyan('next')}  ${finding.next}`,
    `${indent}${style.dim(finding.docs)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function evidenceLines(evidence: Finding['evidence']): readonly string[] {
  const entries = Object.entries(evidence).filter(
    ([, value]) => !(Array.isArray(value) && value.length === 0),
  );
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${textOf(value)}`);
}

function textOf(value: Finding['evidence'][string]): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
