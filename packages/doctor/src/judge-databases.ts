import type { DatabaseEvidence } from './evidence/gather-databases.ts';
import type { Finding } from './finding.ts';
import { bySeverity, judge } from './judge.ts';
import { pairFindings } from './rules/databases.ts';

/**
 * Runs all rules on each database, and then compares each pair of databases. For a database that is not in use
 * (`isMain` is false), an error becomes a warning, because the application works without that database.
 */
export function judgeDatabases(databases: readonly DatabaseEvidence[]): readonly Finding[] {
  const found = databases.flatMap((database) =>
    judge(database.evidence).map((finding) => placed(finding, database)),
  );
  return bySeverity([...found, ...pairFindings(databases)]);
}

function placed(finding: Finding, { name, isMain }: DatabaseEvidence): Finding {
  const evidence = { database: name, ...finding.evidence };
  if (isMain) return { ...finding, evidence };
  const severity = finding.severity === 'error' ? 'warning' : finding.severity;
  const message = `On another database: ${finding.message.charAt(0).toLowerCase()}${finding.message.slice(1)}`;
  return { ...finding, severity, message, evidence };
}
