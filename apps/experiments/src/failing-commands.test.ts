import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePng } from '@prismamba/formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleCommandLine, start } from './testing/command-line.js';
import { runHere } from './testing/run-here.js';

/* Commands that cannot do what they are asked: they say why and end, with the documented exit code and no half file. They run
   inside this process, which also looks whether they would end; one for each exit code is a process of its own. */

let cli = '';
let folder = '';
const run = (...args: string[]) => start(process.execPath, [cli, ...args], folder);
const here = (...args: string[]) => runHere(args, folder);
const leftovers = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.tmp'));

/** A photo of one pixel repeated. */
function writePhoto(name: string, width: number, height: number): void {
  const data = new Uint8Array(width * height * 3).fill(90);
  writeFileSync(join(folder, name), writePng({ width, height, channels: 3, bitDepth: 8, data }));
}

beforeAll(async () => {
  cli = bundleCommandLine();
  folder = mkdtempSync(join(tmpdir(), 'failing-'));
  writePhoto('photo.png', 24, 20);
  writePhoto('large.png', 640, 512);
  writeFileSync(join(folder, 'file'), '');
  const tiny = [
    'training.duration=1 steps',
    'training.batch_size=1',
    'data.synthetic={ train: 1, test: 1, height: 24, width: 24, seed: 1 }',
    'patches={ size: 16, stride: 16 }',
    'baselines=[]',
    'report={ scenes: 1, html: false }',
    'name=made',
  ];
  const { code, stderr } = await here('train', 'quickstart', ...tiny.flatMap((text) => ['--set', text]));
  expect(code, stderr).toBe(0);
  mkdirSync(join(folder, 'run'));
  const [time] = readdirSync(join(folder, 'runs', 'made'));
  for (const name of ['weights.safetensors', 'experiment.yaml']) {
    writeFileSync(join(folder, 'run', name), readFileSync(join(folder, 'runs', 'made', time!, name)));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const reconstruct = (out: string) => ['reconstruct', 'photo.png', '--run', 'run', '--out', out];

describe('every failing command ends, with its exit code and its reason', () => {
  it.each<[readonly string[], number, RegExp]>([
    [[], 2, /Usage: prismamba/],
    [['trian'], 2, /unknown command 'trian'/],
    [['train', '--nosuch'], 2, /unknown option '--nosuch'/],
    [['train', 'quikstart'], 1, /no experiment file 'quikstart'.*'quickstart'/],
    [['train', '--set', 'nonsense'], 2, /--set nonsense: wanted PATH=VALUE/],
    [['train', '--set', 'model.name=gmsr'], 1, /unknown model 'gmsr', did you mean 'gmsr-net'\?/],
    [['train', '--set', 'training.loss=l2'], 1, /did you mean 'mse'\?/],
    [['train', '--set', 'training.duration=50'], 1, /training\.duration: 50 what: steps or epochs\?/],
    [['train', '--backend', 'gpu'], 1, /--backend gpu.*did you mean 'webgpu'\?/],
    [['train', '--backend', 'cuda'], 1, /^(?!.*--set).*--backend cuda.*did you mean 'tensorflow-gpu'\?/],
    [['evaluate', 'run', '--backend', 'cuda'], 1, /--backend cuda.*did you mean 'tensorflow-gpu'\?/],
    [
      ['reconstruct', 'photo.png', '--backend', 'wsam'],
      2,
      /--backend wsam: .*did you mean 'wasm'\? Valid: auto/,
    ],
    [['sweep', 'quickstart', '--over', 'seed=1,2', '--backend', 'wsam'], 1, /backend.*did you mean 'wasm'\?/],
    [
      ['export', 'edsr', '--weights', 'run', '--out', 'a.onnx', '--backend', 'cpu'],
      2,
      /--backend cpu: only --check computes something/,
    ],
    [['train', '--data', '/nope'], 1, /--data \/nope.*the folder '\/nope' does not exist/],
    [['train', '--resume', 'nowhere'], 1, /there is no experiment\.yaml/],
    [['train', '--out', 'file/runs'], 1, /cannot make the folder .*a part of the path is a file/],
    // A folder that takes none: Node's own recursive mkdir would never return.
    [['train', '--out', '/proc/runs'], 1, /cannot make the folder .*'\/proc' takes no folders/],
    [['train', '--allow-changed'], 2, /--allow-changed: only a run that goes on can change/],
    [['sweep', 'quickstart'], 2, /nothing is varied/],
    [['evaluate', 'nowhere'], 2, /'nowhere' is no run folder/],
    [['evaluate', 'run', '--csv', 'missing/scores.csv'], 1, /--csv .*the folder '.*missing' does not exist/],
    [['report', 'nowhere'], 1, /'nowhere' is no finished run/],
    [reconstruct('missing/cube.npy'), 1, /--out .*the folder '.*missing' does not exist/],
    [reconstruct('file/cube.npy'), 1, /--out .*cannot write in '.*file'/],
    [reconstruct('cube.tiff'), 2, /unknown kind of cube file '\.tiff'/],
    [['reconstruct', 'nowhere.png', '--run', 'run'], 1, /nowhere\.png/],
    [
      ['reconstruct', 'photo.png', '--pretrained', 'gmsr'],
      2,
      /did you mean 'gmsr-net\/(cave-clean|photo)'\?/,
    ],
    [['reconstruct', 'photo.png', '--at', '1'], 2, /--at 1: wanted x,y of a pixel/],
    [['reconstruct', 'photo.png', '--at', '0,999'], 2, /--at 0,999: leaves the image/],
    [['reconstruct', 'photo.png', 'photo.png', 'nowhere.png', '--out', 'x.npy'], 2, /2 photos need a folder/],
    [['reconstruct', 'photo.png', '--format', 'bmp'], 2, /unknown kind of cube file '\.bmp'/],
    [['reconstruct', 'run'], 1, /'run' holds no photo/],
    [['view', 'nowhere.npy'], 1, /there is no file '.*nowhere\.npy'/],
    [['view', 'photo.png'], 1, /photo\.png: unknown kind of cube file; known endings: \.npy/],
    [['view', 'nowhere.img'], 2, /nowhere\.img: an ENVI image is opened by its header/],
    [['pretrained', 'gmsr'], 2, /did you mean 'gmsr-net\/(cave-clean|photo)'\?/],
    [['pretrained', '--out', 'x.safetensors'], 2, /which weights\?/],
    [['summary', 'gmsr'], 2, /did you mean 'gmsr-net'\?/],
    [['summary', 'gmsr-net', '--size', '12'], 2, /--size 12: wanted HEIGHTxWIDTH/],
    [['summary', 'gmsr-net', '--set', 'nosuch=1'], 1, /settings of gmsr-net: nosuch: unknown key/],
    [['export', 'gmsr-net', '--weights', 'run', '--out', 'x.bin'], 2, /its ending tells no format/],
    [['weights', 'gmsr-net', 'nowhere.pth'], 1, /nowhere\.pth/],
    [['parity', 'gmsr-net', 'nowhere'], 1, /there is no folder 'nowhere'/],
    [['reproduce', 'nosuch'], 1, /there is no table 'nosuch'/],
    [['compare', 'nosuch'], 2, /there is no run 'nosuch'/],
    [['compare'], 2, /missing required argument 'run'/],
    [['figure', 'map'], 2, /Did you mean maps\?/],
    [['figure', 'ablation', 'nowhere'], 1, /'nowhere' has no table\.json/],
    [['report', 'nowhere'], 1, /'nowhere' is no finished run/],
    [['data', 'check', 'nowhere'], 1, /nowhere/],
    [['data', 'fetch', 'ntire2022'], 2, /Allowed choices are cave/],
    [['doctor', '--nosuch'], 2, /unknown option '--nosuch'/],
  ])('prismamba %j: exit code %i', async (args, code, message) => {
    const done = await here(...args);
    expect(done.stderr).toMatch(message);
    expect(done.code).toBe(code);
    expect(done.stdout).toBe('');
    expect(done.stderr, 'no stack').not.toMatch(/^\s+at /m);
  });

  it.each<[readonly string[], number, RegExp]>([
    [[], 2, /Usage: prismamba/],
    [['train', 'quikstart'], 1, /no experiment file 'quikstart'.*'quickstart'/],
    [reconstruct('file/cube.npy'), 1, /--out .*cannot write in '.*file'/],
  ])('prismamba %j as a process: exit code %i', async (args, code, message) => {
    const done = await run(...args).finished;
    expect(done.stderr).toMatch(message);
    expect(done).toMatchObject({ code, stdout: '' });
    expect(done.stderr, 'no stack').not.toMatch(/^\s+at /m);
  });

  it('and none has left a file', () => expect(leftovers()).toEqual([]));

  it.skipIf(process.platform !== 'linux')('a folder that takes no files (Linux: /proc)', async () => {
    const { code, stderr } = await here(...reconstruct('/proc/cube.npy'));
    expect(stderr).toMatch(/--out \/proc\/cube\.npy: cannot write in '\/proc'/);
    expect(code).toBe(1);
  });
});

describe('interrupts', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s in reconstruct leaves no file', async (signal) => {
    const { child, seen, finished } = run(
      ...['reconstruct', 'large.png', '--run', 'run', '--out', 'large.npy', '--tile', '32', '--threads', '1'],
    );
    await seen('reconstructing');
    child.kill(signal);
    const { code, stderr } = await finished;
    expect(stderr).toContain('error: interrupted; nothing was written');
    expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(readdirSync(folder).filter((name) => /large\.(?!png)|tmp/.test(name))).toEqual([]);
  });

  it('SIGTERM in train: a checkpoint and exit code 143', async () => {
    const { child, seen, finished } = run('train', 'quickstart', '--set', 'name=stopped');
    await seen('training 0/');
    child.kill('SIGTERM');
    const { code, stderr } = await finished;
    expect(stderr).toMatch(/the checkpoint is kept: \S+/);
    expect(code).toBe(143);
  });
});

describe('output', () => {
  it('a reader that has seen enough is no error', async () => {
    const command = `"${process.execPath}" "${cli}" --help | head -1; exit "\${PIPESTATUS[0]}"`;
    const { code, stdout, stderr } = await start('bash', ['-c', command], folder).finished;
    expect(stdout).toMatch(/^Usage: prismamba/);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it.each([
    [['doctor'], 'machine'],
    [['summary', 'gmsr-net', '--size', '32x32'], 'totalMacs'],
    [['evaluate', 'run'], 'models'],
  ])('prismamba %j --json prints JSON and nothing else', async (args, key) => {
    const { code, stdout, stderr } = await here(...args, '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty(key);
  });

  it('doctor gives sizes in GiB, without quotes', async () => {
    const { stdout } = await here('doctor');
    expect(stdout).toMatch(/memoryBytes +│ \d+\.\d GiB/);
    expect(stdout).not.toContain('"');
  });

  it('summary takes the settings of the model', async () => {
    const count = async (...set: string[]) => {
      const { stdout } = await here('summary', 'awan', '--size', '32x32', '--json', ...set);
      return (JSON.parse(stdout) as { parameters: number }).parameters;
    };
    expect(await count('--set', 'width=20')).toBeLessThan(await count());
  });
});
