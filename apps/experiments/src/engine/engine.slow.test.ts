import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
