export { diagnose } from './diagnose.ts';
export type { DiagnoseOptions, Diagnosis } from './diagnose.ts';
export type { DiagnosisTarget } from './target/resolve-target.ts';
export { docsUrl } from './finding.ts';
export type { EvidenceValue, Finding, Severity } from './finding.ts';
export { doctorCodes } from './finding-code.ts';
export type { DoctorCode, FindingCode } from './finding-code.ts';
