import type { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { program } from './program.js';
import { startBackend } from './start-backend.js';

/** Every command of the program with its parents, the innermost last. */
function paths(command: Command, parents: readonly Command[] = []): (readonly Command[])[] {
  const own = [...parents, command];
  return [own, ...command.commands.flatMap((child) => paths(child, own))];
}

it('an option behind the name of a command goes to that command, not to its parent', async () => {
  const root = program();
  const complexity = paths(root)
    .find((path) => path.at(-1)!.name() === 'complexity')!
    .at(-1)!;
  let out: unknown;
  complexity.action((options: { readonly out: string }) => {
    out = options.out;
  });
  await root.parseAsync(['reproduce', 'complexity', '--out', 'elsewhere'], { from: 'user' });
  expect(out).toBe('elsewhere');
});

it.each(paths(program()).map((path) => [path.map((command) => command.name()).join(' '), path.at(-1)!]))(
  '%s: says what it does',
  (_, command) => {
    const help = command.helpInformation();
    expect(command.summary() || command.description()).not.toBe('');
    expect(help).toContain('Usage: prismamba');
  },
);

it.each(
  program()
    .commands.filter((command) => !['measure-limits', 'measure-run', 'slurm-task'].includes(command.name()))
    .map((command) => [command.name(), command] as const),
)('%s: its help has examples', (name, command) => {
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more) });
  command.outputHelp();
  expect(text).toContain(`Usage: prismamba ${name}`);
  expect(text).toMatch(/Examples?:\n {2}prismamba/);
});

it.each(['train', 'evaluate', 'reconstruct', 'parity', 'export', 'sweep', 'reproduce', 'figure maps'])(
  '%s has --backend with the names of the schema',
  (name) => {
    const command = name
      .split(' ')
      .reduce((parent, word) => parent.commands.find((one) => one.name() === word)!, program());
    const option = command.options.find(({ long }) => long === '--backend')!;
    expect(option.description).toContain('auto, tensorflow-gpu, tensorflow, webgpu, wasm, cpu');
  },
);

describe('PRISMAMBA_BACKEND', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('is what auto takes; a backend that is named holds before it', async () => {
    vi.stubEnv('PRISMAMBA_BACKEND', 'cpu');
    expect(await startBackend('auto')).toMatchObject({ backend: 'cpu', reason: 'PRISMAMBA_BACKEND=cpu' });
    expect(await startBackend('wasm')).toMatchObject({ backend: 'wasm', reason: 'asked for' });
    vi.stubEnv('PRISMAMBA_BACKEND', 'auto');
    expect((await startBackend('auto')).reason).toMatch(/WASM with SIMD/);
    vi.stubEnv('PRISMAMBA_BACKEND', 'wsam');
    await expect(startBackend('auto')).rejects.toThrow(
      "PRISMAMBA_BACKEND=wsam: unknown backend, did you mean 'wasm'? Valid: auto, tensorflow-gpu, tensorflow, webgpu, wasm, cpu",
    );
  });

  it('a broken backend is passed over with one line, once; one that is not installed without a word', async () => {
    let said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    const peers = {
      find: (name: string) => (name === 'webgpu' ? name : undefined),
      load: () => Promise.reject(new Error('libvulkan.so.1: no such file\nat dlopen')),
    };
    expect((await startBackend('auto', { peers })).backend).toBe('wasm');
    await startBackend('auto', { peers });
    vi.restoreAllMocks();
    expect(said).toBe(
      'backend webgpu is passed over: webgpu is installed but broken: libvulkan.so.1: no such file\n',
    );
  });
});
