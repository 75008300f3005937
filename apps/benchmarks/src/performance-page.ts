import { SECTIONS, type Case, type Section } from './cases.js';
import type { Outcome } from './child.js';

/** One call of the command; rows of several can stand on one page. */
export interface BenchRun {
  readonly date: string;
  readonly commit: string;
  /** The port roofline at the start of the run: how fast the host was just then. */
  readonly rooflineNs: number | null;
  /** The processor: a page can hold rows of several hosts. */
  readonly processor?: string;
  /** Processes that wanted a core at the start of the run, on average over a minute. */
  readonly load?: number;
}

export interface Measured {
  readonly case: Case;
  readonly outcome: Outcome;
  readonly run: BenchRun;
}

const number = (value: number | undefined, digits: number) =>
  value === undefined || !Number.isFinite(value) ? '' : value.toFixed(digits);
/** Batches take milliseconds. */
const digitsOf = (seconds: number) => (seconds < 0.1 ? 4 : 2);
const megabytes = (bytes: number | undefined) => (bytes === undefined ? '' : (bytes / 2 ** 20).toFixed(0));

/** Threads that really ran, and those asked for where they differ or nobody counted. */
export function threadsText({ case: { threads }, outcome }: Measured): string {
  const ran = 'result' in outcome ? outcome.result.threadsRan : undefined;
  if (ran === undefined) return threads === 1 ? '1' : `${threads} asked`;
  return ran === threads ? `${ran}` : `${ran} of ${threads} asked`;
}

/** Our row of the same section, size and threads: what a rival's ratio is taken against. */
function ownRow(rows: readonly Measured[], row: Measured): Measured | undefined {
  return rows.find(
    (other) =>
      other.case.ours &&
      other.case.section === row.case.section &&
      other.case.size === row.case.size &&
      other.case.threads === row.case.threads &&
      (!['models', 'steps', 'engines'].includes(row.case.section) ||
        row.case.name.startsWith(`${other.case.name} `)) &&
      'result' in other.outcome,
  );
}

/** CPU time of a row over ours: above 1 we are faster. */
export function ratio(rows: readonly Measured[], row: Measured): number | undefined {
  const own = ownRow(rows, row);
  if (row.case.ours || own === undefined || !('result' in own.outcome) || !('result' in row.outcome))
    return undefined;
  return row.outcome.result.cpuSeconds / own.outcome.result.cpuSeconds;
}

function rooflineOf(rows: readonly Measured[], relaxed: boolean): number | undefined {
  const row = rows.find(
    (r) => r.case.section === 'roofline' && r.case.name.startsWith('relaxed') === relaxed,
  );
  return row !== undefined && 'result' in row.outcome ? row.outcome.result.nsPerUnit : undefined;
}

function operatorTable(rows: readonly Measured[]): string[] {
  const lines = [
    '| what | size | threads | ns a unit | times the roofline | error |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
  ];
  for (const row of rows.filter((r) => ['roofline', 'operators'].includes(r.case.section))) {
    const { name, size, section } = row.case;
    const label = section === 'roofline' ? `port roofline, ${name}` : name;
    if ('missing' in row.outcome) {
      lines.push(`| ${label} | ${size} | ${threadsText(row)} | ${row.outcome.missing} | | |`);
      continue;
    }
    const { nsPerUnit, error } = row.outcome.result;
    const roofline = rooflineOf(rows, name.includes('relaxed'));
    const times = nsPerUnit !== undefined && roofline !== undefined ? nsPerUnit / roofline : undefined;
    lines.push(
      `| ${label} | ${size} | ${threadsText(row)} | ${number(nsPerUnit, 1)} | ${number(times, 2)} | ${error === undefined ? '' : error.toExponential(1)} |`,
    );
  }
  return lines;
}

function networkTable(rows: readonly Measured[], section: Section): string[] {
  const lines = [
    '| what | size | threads | seconds | CPU seconds | peak MB | CPU time over ours |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
  ];
  for (const row of rows.filter((r) => r.case.section === section)) {
    const { name, size } = row.case;
    if ('missing' in row.outcome) {
      lines.push(`| ${name} | ${size} | ${threadsText(row)} | ${row.outcome.missing} | | | |`);
      continue;
    }
    const { seconds, cpuSeconds, peakBytes } = row.outcome.result;
    const over = ratio(rows, row);
    lines.push(
      `| ${name} | ${size} | ${threadsText(row)} | ${number(seconds, digitsOf(seconds))} | ${number(cpuSeconds, digitsOf(cpuSeconds))} | ${megabytes(peakBytes)} | ${over === undefined ? '' : `${number(over, 1)}x`} |`,
    );
  }
  return lines;
}

/** One line a network: wall seconds of WASM, onnxruntime and PyTorch side by side, and how fast the first two are to each other. */
function engineTable(rows: readonly Measured[]): string[] {
  const lines = [
    '| network | WASM, s | onnxruntime, s | PyTorch, s | onnxruntime times as fast as WASM | peak MB, WASM | peak MB, onnxruntime |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ];
  const own = rows.filter(({ case: c }) => c.section === 'engines');
  const result = (name: string) => {
    const outcome = own.find((row) => row.case.name === name)?.outcome;
    return outcome !== undefined && 'result' in outcome ? outcome.result : undefined;
  };
  for (const { case: c } of own.filter((row) => row.case.ours)) {
    const [wasm, onnx, torch] = [
      c.name,
      `${c.name} in onnxruntime-node`,
      `${c.name} in PyTorch (our script)`,
    ].map(result);
    const times = wasm !== undefined && onnx !== undefined ? wasm.seconds / onnx.seconds : undefined;
    const cells = [
      ...[wasm, onnx, torch].map((r) => number(r?.seconds, 2)),
      number(times, 2),
      ...[wasm, onnx].map((r) => megabytes(r?.peakBytes)),
    ];
    lines.push(`| ${c.name} | ${cells.join(' | ')} |`);
  }
  return lines;
}

/** Networks whose scans have two ONNX forms: one line a form. */
function scanFormTable(rows: readonly Measured[]): string[] {
  const forms = rows.filter(({ case: c }) => c.section === 'engines' && c.name.endsWith(', opset 27'));
  if (forms.length === 0) return [];
  const lines = ['| network, scans as | seconds | peak MB |', '| --- | ---: | ---: |'];
  for (const newer of forms) {
    const older = rows.find(({ case: c }) => `${c.name}, opset 27` === newer.case.name);
    const [key] = newer.case.name.split(' ');
    for (const [form, row] of [
      ['`Scan` (opset 17)', older],
      ['`LinearAttention` (opset 27)', newer],
    ] as const) {
      const result = row !== undefined && 'result' in row.outcome ? row.outcome.result : undefined;
      lines.push(`| ${key}, ${form} | ${number(result?.seconds, 2)} | ${megabytes(result?.peakBytes)} |`);
    }
  }
  return ['In onnxruntime, by the form in which the scans were exported:', '', ...lines, ''];
}

/** Wall milliseconds of a scan by our kernels on copies, out of native TensorFlow's operators, and on the WASM backend. */
function nativeTable(rows: readonly Measured[]): string[] {
  const lines = [
    '| scan | size | composed, ms | kernels on copies, ms | WASM, ms | composed over copies | copies over WASM |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
  ];
  const over = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined ? '' : `${number(a / b, 1)}x`;
  const milliseconds = (seconds: number | undefined) =>
    number(seconds && 1000 * seconds, seconds !== undefined && seconds < 0.01 ? 2 : 0);
  for (const { case: c, outcome } of rows.filter((row) => row.case.section === 'native')) {
    if ('missing' in outcome) {
      lines.push(`| ${c.name} | ${c.size} | | ${outcome.missing} | | | |`);
      continue;
    }
    const { seconds, composedSeconds, wasmSeconds } = outcome.result;
    const times = [composedSeconds, seconds, wasmSeconds].map(milliseconds).join(' | ');
    lines.push(
      `| ${c.name} | ${c.size} | ${times} | ${over(composedSeconds, seconds)} | ${over(seconds, wasmSeconds)} |`,
    );
  }
  return lines;
}

/** Which rows come from which run: compare seconds within a run only. */
function runTable(rows: readonly Measured[]): string[] {
  const byRun = new Map<string, Measured[]>();
  for (const row of rows) {
    const key = JSON.stringify(row.run);
    byRun.set(key, [...(byRun.get(key) ?? []), row]);
  }
  const runs = [...byRun.values()].sort((a, b) => b.length - a.length);
  const lines = runs.map((members, i) => {
    const { date, commit, rooflineNs, processor = '', load } = members[0]!.run;
    const which = i === 0 ? 'all others' : members.map(({ case: c }) => `${c.name} (${c.size})`).join(', ');
    return `| ${date} | ${commit} | ${processor} | ${number(rooflineNs ?? undefined, 1)} | ${number(load, 1)} | ${runs.length === 1 ? 'all' : which} |`;
  });
  return [
    '| date | commit | processor | roofline, ns | load | rows |',
    '| --- | --- | --- | ---: | ---: | --- |',
    ...lines,
  ];
}

export interface PageContext {
  readonly machine: string;
  readonly versions: string;
  readonly date: string;
  readonly command: string;
}

/** docs/performance.md: every number comes from the run that wrote it; rows where we lose stay in. */
export function performancePage(rows: readonly Measured[], context: PageContext): string {
  const sections = (['forward', 'training', 'steps', 'batches', 'growth', 'models'] as const).filter(
    (section) => rows.some((r) => r.case.section === section),
  );
  return [
    '# Performance',
    '',
    `Written by \`${context.command}\` on ${context.date}; run it to get your own. ${context.machine}. ${context.versions}.`,
    '',
    'A **unit** is one token x one channel x 16 states: 16 exponentials, 16 state updates, a 16-term product, one softplus.',
    'The **port roofline** is what the arithmetic of a unit would cost if every 128-bit vector port were busy with nothing else;',
    'a calibration loop measures it in the same run. Times are minima over repeats, each row in a process of its own; operator rows',
    'and ratios use CPU time of the process, because hosts are shared. Rivals are run only after their output was checked against',
    'the same numbers. Threads are those that really shared the work.',
    '',
    `## ${SECTIONS.operators}`,
    '',
    ...operatorTable(rows),
    '',
    ...sections.flatMap((section) => [`## ${SECTIONS[section]}`, '', ...networkTable(rows, section), '']),
    ...(rows.some((r) => r.case.section === 'engines')
      ? [
          `## ${SECTIONS.engines}`,
          '',
          'What `--engine` chooses from, in wall time ([onnx](onnx.md)); PyTorch where we have a script of the network.',
          '',
          ...engineTable(rows),
          '',
          ...scanFormTable(rows),
        ]
      : []),
    ...(rows.some((r) => r.case.section === 'native')
      ? [
          `## ${SECTIONS.native}`,
          '',
          'Wall time on `@tensorflow/tfjs-node` ([backends](backends.md#native-tensorflow)), the three in turns in one process: a busy host is',
          'busy for all of them, so look at the ratios. Before that, outputs and all gradients were compared.',
          '',
          ...nativeTable(rows),
          '',
        ]
      : []),
    '![CPU time of one forward pass](performance.svg)',
    '',
    '## Runs',
    '',
    'Compare seconds within one run only; the roofline at its start says how fast the host was, the load how many processes wanted its',
    'cores: where they are more than the cores, seconds say nothing, and CPU seconds are somewhat too large for everyone.',
    '',
    ...runTable(rows),
    '',
  ].join('\n');
}
