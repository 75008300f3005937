import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { program } from './program.js';

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

it('PRISMAMBA_BACKEND is the backend of reconstruct, before which --backend holds', async () => {
  const backendOf = async (...options: string[]) => {
    const root = program();
    const command = root.commands.find((one) => one.name() === 'reconstruct')!;
    command.action(() => undefined);
    await root.parseAsync(['reconstruct', 'photo.jpg', ...options], { from: 'user' });
    return command.opts<{ backend: string }>().backend;
  };
  try {
    expect(await backendOf()).toBe('auto');
    process.env['PRISMAMBA_BACKEND'] = 'cpu';
    expect(await backendOf()).toBe('cpu');
    expect(await backendOf('--backend', 'wasm')).toBe('wasm');
  } finally {
    delete process.env['PRISMAMBA_BACKEND'];
  }
});
