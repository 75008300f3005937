import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readNpy } from '@prismamba/formats';
import { expectRelativeError, fixturePath, goldenPath } from '@prismamba/testing';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { program } from '../program.js';

// The real onnxruntime-node lies among the rivals of the benchmarks: npm ci --prefix apps/benchmarks/rivals.
const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const rivals = join(repository, 'apps', 'benchmarks', 'rivals');
const isInstalled = existsSync(join(rivals, 'node_modules', 'onnxruntime-node'));
interface Scores {
  readonly mean: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const guide = join(repository, 'docs', 'onnx.md');

describe.skipIf(!isInstalled)(
  'onnxruntime as an engine (skipped without npm ci --prefix apps/benchmarks/rivals)',
  { timeout: 600_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'engine-slow-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    let printed = '';
    beforeEach(() => {
      vi.spyOn(process, 'cwd').mockReturnValue(rivals);
      printed = '';
      for (const stream of [process.stdout, process.stderr]) {
        vi.spyOn(stream, 'write').mockImplementation((text) => {
          printed += String(text);
          return true;
        });
      }
    });
    afterEach(() => void vi.restoreAllMocks());
    const prismamba = (...args: string[]) => program().parseAsync(['node', 'prismamba', ...args]);

    it.each([
      ['gmsr-net', 'gmsr-official', '8'],
      ['agd-net', 'tiles', '12'],
    ])('%s: a cube under %s equals that of TensorFlow.js to 1e-5', async (model, protocol, tile) => {
      const weights = goldenPath(`${model}/weights.pth`);
      const photo = fixturePath('ntire2022/ARAD_1K_0001.jpg');
      const cubes: Float32Array[] = [];
      for (const engine of ['tfjs', 'onnxruntime']) {
        const out = join(folder, `${model}-${engine}.npy`);
        const how = ['--protocol', protocol, '--tile', tile, '--self-ensemble', '2'];
        await prismamba(
          'reconstruct',
          photo,
          '--weights',
          weights,
          '--model',
          model,
          ...how,
          '--engine',
          engine,
          '--out',
          out,
        );
        cubes.push(readNpy(readFileSync(out)).data as Float32Array);
      }
      expect(printed).toMatch(/^engine: onnxruntime-node \d+\.\d+\.\d+, cpu, asked for$/m);
      expectRelativeError(cubes[1]!, cubes[0]!, 1e-5, model);
    });

    it('a run that scores with it, and evaluate, give the scores of TensorFlow.js to 1e-5', async () => {
      const settings = [
        'data.synthetic={train: 2, test: 2, height: 40, width: 48}',
        'patches.size=16',
        'training.batch_size=2',
        'training.duration=3 steps',
        'training.checkpoint_every=3 steps',
        'evaluation.engine=onnxruntime',
      ].flatMap((setting) => ['--set', setting]);
      await prismamba('train', 'quickstart', ...settings, '--out', join(folder, 'runs'));
      const [name] = readdirSync(join(folder, 'runs', 'quickstart'));
      const run = join(folder, 'runs', 'quickstart', name!);
      // The network and each of its closed-form baselines.
      expect(printed.match(/^engine: onnxruntime-node \d+\.\d+\.\d+, cpu, asked for$/gm)).toHaveLength(3);
      const ofRun = JSON.parse(readFileSync(join(run, 'scores.json'), 'utf8')) as { models: Scores[] };
      const scores = [ofRun.models[0]!];
      for (const engine of ['tfjs', 'onnxruntime']) {
        printed = '';
        await prismamba('evaluate', run, '--engine', engine, '--json');
        const json = /^\{$[^]*^\}$/m.exec(printed)![0];
        scores.push((JSON.parse(json) as { models: Scores[] }).models[0]!);
      }
      const [whole, tfjs, onnxruntime] = scores.map(({ mean }) =>
        Object.entries(mean).flatMap(([protocol, values]) =>
          Object.entries(values).map(([metric, value]) => [`${protocol}, ${metric}`, value] as const),
        ),
      );
      expect(tfjs!.length).toBeGreaterThan(15);
      expect(onnxruntime).toEqual(whole);
      for (const [i, [what, wanted]] of tfjs!.entries())
        expect(Math.abs(onnxruntime![i]![1] / wanted - 1), what).toBeLessThan(1e-5);
    });

    it('a provider that is not there is refused with those that are', async () => {
      const weights = goldenPath('agd-net/weights.pth');
      const photo = fixturePath('ntire2022/ARAD_1K_0001.jpg');
      const args = [
        'reconstruct',
        photo,
        '--weights',
        weights,
        '--model',
        'agd-net',
        '--engine',
        'onnxruntime',
      ];
      await expect(prismamba(...args, '--provider', 'cudda', '--out', join(folder, 'n.npy'))).rejects.toThrow(
        /has no provider 'cudda' on this machine.*It has: cpu/,
      );
      expect(existsSync(join(folder, 'n.npy'))).toBe(false);
    });

    it("the programs of docs/onnx.md run on the file that export --check has checked (Python's where it has onnxruntime)", async () => {
      const file = join(folder, 'gmsr-net.onnx');
      const weights = goldenPath('gmsr-net/weights.pth');
      await prismamba('export', 'gmsr-net', '--weights', weights, '--out', file, '--check');
      expect(printed).toMatch(/49 x 33: largest error \d\.\de-7 of the largest value/);
      const [, code] = /```js\n([\s\S]*?)\n```/.exec(readFileSync(guide, 'utf8'))!;
      const program = join(rivals, `guide-${process.pid}.mjs`);
      writeFileSync(program, code!);
      try {
        const { stdout, stderr } = spawnSync(process.execPath, [program], { cwd: folder, encoding: 'utf8' });
        expect(stderr).toBe('');
        expect(stdout).toBe('[ 1, 31, 48, 64 ]\n');
      } finally {
        rmSync(program);
      }
      const python = process.env['PRISMAMBA_PYTHON'] ?? 'python3';
      const run = (text: string) => spawnSync(python, ['-c', text], { cwd: folder, encoding: 'utf8' });
      if (run('import onnxruntime').status !== 0) return;
      const [, script] = /```python\n([\s\S]*?)\n```/.exec(readFileSync(guide, 'utf8'))!;
      expect(run(script!).stdout).toBe('(1, 31, 48, 64)\n');
    });
  },
);
