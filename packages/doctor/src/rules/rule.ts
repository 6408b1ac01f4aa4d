import type { Evidence } from '../evidence/evidence.ts';
import type { NodeEvidence, NodePart } from '../evidence/node/node.ts';
import type { Finding } from '../finding.ts';

/** A pure function that looks for one kind of problem in the evidence, and returns its findings. */
export type Rule = (evidence: Evidence) => readonly Finding[];

type Found = Finding | readonly Finding[] | undefined;

/** Makes a rule that judges the evidence as a whole. */
export function onAll(rule: (evidence: Evidence) => Found): Rule {
  return (evidence) => listed(rule(evidence));
}

/**
 * Makes a rule that judges each node by itself. The findings name the node; if the target works without the node, an
 * error becomes a warning.
 */
export function onEachNode(rule: (node: NodeEvidence, evidence: Evidence) => Found): Rule {
  return (evidence) =>
    evidence.nodes.flatMap((node) =>
      listed(rule(node, evidence)).map((found) => placed(found, node, evidence)),
    );
}

const places: Readonly<Record<NodePart, string>> = {
  target: 'On a node of the cluster: ',
  sentinel: 'On a sentinel: ',
  primary: 'On a primary: ',
  replica: 'On a replica: ',
};

function placed(found: Finding, node: NodeEvidence, evidence: Evidence): Finding {
  const severity = found.severity === 'error' && !node.isRequired ? 'warning' : found.severity;
  const address = { address: node.label };
  if (evidence.nodes.length < 2) return { ...found, severity, evidence: { ...address, ...found.evidence } };
  const message = places[node.part] + found.message.charAt(0).toLowerCase() + found.message.slice(1);
  return { ...found, severity, message, evidence: { ...address, ...found.evidence } };
}

function listed(found: Found): readonly Finding[] {
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as readonly Finding[]) : [found as Finding];
}
