import { worst, type ParityMeasure } from './measure.js';
import type { ParityReport } from './check-parity.js';

const number = (value: number): string => (Number.isFinite(value) ? value.toExponential(2) : String(value));

function line(label: string, m: ParityMeasure): string {
  const note = m.note === undefined ? '' : ` (${m.note})`;
  return `  ${m.passed ? 'ok  ' : 'FAIL'} ${label.padEnd(22)} ${number(m.error).padStart(9)}  limit ${number(m.limit)}  ${m.name}${note}`;
}

/** The first few names, and how many there are. */
function shortList(names: readonly string[], most = 4): string {
  return names.slice(0, most).join(', ') + (names.length > most ? `, ... (${names.length} in all)` : '');
}

/** The report as text: the worst of each kind, and every comparison that is beyond its limit. */
export function formatParityReport(report: ParityReport): string {
  const { gradients } = report;
  const lines = [
    `${report.model}: ${report.passed ? 'passed' : 'FAILED'}; ${report.parameters.toLocaleString('en-US')} parameters; ` +
      `weights: ${report.weights.source}` +
      (report.weights.checked > 0 ? ` (${report.weights.checked} entries verified)` : ''),
  ];
  const groups: [string, readonly ParityMeasure[]][] = [
    ['forward', report.forward],
    ['inside, worst', report.taps],
    ['loss', gradients === undefined ? [] : [gradients.loss]],
    ['input gradient', gradients === undefined ? [] : [gradients.inputGradient]],
    ['parameter gradient', gradients?.parameterGradients ?? []],
    ['training', report.training],
  ];
  for (const [label, measures] of groups) {
    const shown = label === 'forward' || label === 'training' ? measures : [];
    const most = worst(measures);
    const selected = new Set([
      ...shown,
      ...(most === undefined ? [] : [most]),
      ...measures.filter((m) => !m.passed),
    ]);
    for (const m of selected) lines.push(line(label, m));
  }
  const { loaded } = report.weights;
  if (loaded.dead.length > 0) lines.push(`  unused parameters: ${shortList(loaded.dead)}`);
  if (loaded.aliases.length > 0) lines.push(`  second names of shared tensors: ${loaded.aliases.length}`);
  if (loaded.notKept.length > 0) lines.push(`  counters that are not kept: ${loaded.notKept.length}`);
  if (report.missingTaps.length > 0)
    lines.push(`  inner values not shown by our network: ${report.missingTaps.join(', ')}`);
  if (report.notCompared.length > 0) lines.push(`  not in the folder: ${report.notCompared.join(', ')}`);
  return lines.join('\n');
}
