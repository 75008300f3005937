import Table from 'cli-table3';
import { Command } from 'commander';
import { examine, type ExaminedBackend, type Examination } from '../doctor/examine.js';
import { jsonOption, writeJson } from './options.js';

/** Sizes are the only numbers of a machine that are this large. */
const SMALLEST_SIZE = 2 ** 20;

const size = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

function shown(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && value >= SMALLEST_SIZE) return size(value);
  return value === undefined ? 'unknown' : String(value);
}

const plain = { style: { head: [], border: [] } };

/** What each backend that starts can do: a column a backend. */
function abilities(backends: readonly ExaminedBackend[]): string {
  const able = backends.filter(({ usable }) => usable);
  const table = new Table({ head: ['', ...able.map(({ name }) => name)], ...plain, wordWrap: true });
  const row = (label: string, cell: (one: ExaminedBackend) => string) =>
    table.push([label, ...able.map(cell)]);
  row('computes rightly', ({ correct }) => (correct === true ? 'yes' : 'NO'));
  const first = able.find(({ speeds }) => speeds !== undefined);
  for (const [i, { name, unit }] of (first?.speeds ?? []).entries())
    row(`${name}, ${unit}`, ({ speeds }) => String(speeds?.[i]?.figure ?? ''));
  row('memory', ({ memory }) =>
    memory === undefined ? '' : `${memory.bytes === null ? '' : `${size(memory.bytes)}, `}${memory.of}`,
  );
  row('threads', ({ threads }) => threads ?? '');
  return table.toString();
}

/** A line for each backend or engine that cannot be used, and what to do about it. */
function missing({ backends, onnxruntime }: Examination): string[] {
  return [
    ...backends.flatMap(({ name, usable, detail, remedy, fault }) => {
      if (fault !== undefined) return [`${name}: ${fault}`];
      if (usable) return [];
      return [`${name}: ${detail}${remedy === undefined ? '' : `\n  what to do: ${remedy}`}`];
    }),
    onnxruntime.usable
      ? `engine onnxruntime: version ${onnxruntime.version} with ${onnxruntime.providers.join(', ')}`
      : `engine onnxruntime: ${onnxruntime.reason}`,
  ];
}

const small = (value: number) => (Number.isNaN(value) ? 'no number' : value.toExponential(1));

/** `--deep`: a row a network, what it differs by on each backend. */
function comparisons(backends: readonly ExaminedBackend[]): string[] {
  return backends.flatMap(({ name, networks }) => {
    if (networks === undefined) return [];
    const table = new Table({ head: [`${name} beside cpu`, 'output', 'gradients', ''], ...plain });
    for (const { network, forward, gradient, passed, fault } of networks)
      table.push([network, small(forward), small(gradient), fault ?? (passed ? 'ok' : 'WRONG')]);
    return [table.toString()];
  });
}

/** `prismamba doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('what this machine has, which backend is chosen and why')
    .description(
      'Looks for every TensorFlow.js backend that could run here, tries those that start (right? how fast? how much memory?), says what ' +
        'is missing for the others, and which one `auto` takes. Exit code 1 where a backend computes wrongly.',
    )
    .option(
      '--deep',
      'also run every network, forward and gradients, on each backend and on the reference (a minute or two)',
      false,
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  prismamba doctor\n  prismamba doctor --deep\n  prismamba doctor --json',
    )
    .action(async ({ json, deep }: { readonly json?: boolean; readonly deep: boolean }) => {
      const report = await examine({ deep, say: (text) => process.stderr.write(text) });
      const { machine, backends, choice, reason } = report;
      const wrong = backends.some(
        ({ correct, networks = [] }) => correct === false || networks.some(({ passed }) => !passed),
      );
      if (wrong) process.exitCode = 1;
      if (json === true) return void writeJson(report);
      const facts = new Table({ style: { head: [], border: [], compact: true } });
      for (const [key, value] of Object.entries(machine)) facts.push([key, shown(value)]);
      const parts = [
        facts.toString(),
        abilities(backends),
        ...missing(report),
        ...comparisons(backends),
        `chosen: ${choice}, because ${reason}`,
      ];
      process.stdout.write(`${parts.join('\n')}\n`);
    });
}
