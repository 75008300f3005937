import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  readMat5,
  readNpy,
  readNpz,
  readSafetensors,
  writeNpy,
  writeNpz,
  writePng,
} from '@prismamba/formats';
import { fixturePath, goldenPath } from '@prismamba/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program } from './program.js';
import { bundleCommandLine, start } from './testing/command-line.js';
import { runHere } from './testing/run-here.js';

/** A run of a few seconds: the paper's network, tiny scenes. */
const EXPERIMENT = `name: tiny
title: A tiny run
about: For a test
command: none
cost: nothing
expected: nothing
seed: 3
model: { name: gmsr-net }
data: { synthetic: { train: 2, test: 2, height: 24, width: 24, seed: 1 } }
patches: { size: 12, stride: 12 }
training:
  duration: 8 steps
  batch_size: 2
  checkpoint_every: 3 steps
evaluation: { protocols: [standard, gmsr-official], dark_threshold: 0.05 }
baselines:
  - name: polynomial-regression
  - name: mean-spectrum
report: { pixels: 2, scenes: 1, wavelengths: [550] }
`;

let cli = '';
let folder = '';
beforeAll(() => {
  cli = bundleCommandLine();
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  writeFileSync(join(folder, 'tiny.yaml'), EXPERIMENT);
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** As a process: what is about its start, its end, or a signal. */
const started = (...args: string[]) => start(process.execPath, [cli, ...args], folder);
const prismamba = (...args: string[]) => runHere(args, folder);
const onlyRun = (out: string) => {
  const runs = readdirSync(join(folder, out, 'tiny'));
  expect(runs).toHaveLength(1);
  return join(folder, out, 'tiny', runs[0]!);
};
/** Files that a failed write would leave behind. */
const leftovers = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.tmp'));

describe('prismamba train', () => {
  let run = '';

  it('writes a run folder whose last words are the table and the report', async () => {
    const { code, stdout, stderr } = await started('train', 'tiny.yaml', '--out', 'whole').finished;
    expect(stderr + stdout).toContain('44,980 parameters');
    expect(code).toBe(0);
    run = onlyRun('whole');
    expect(readdirSync(run).sort()).toEqual([
      'checkpoints',
      'environment.json',
      'experiment.yaml',
      'figures',
      'finished.json',
      'log.jsonl',
      'report.html',
      'scores.csv',
      'scores.json',
      'settings.json',
      'weights.safetensors',
    ]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe(`report: ${join('whole', 'tiny', run.split('/').at(-1)!, 'report.html')}`);
    expect(stdout).toMatch(/GMSR-Net +│ Polynomial regression +│ Mean spectrum/);
    const page = readFileSync(join(run, 'report.html'), 'utf8');
    expect(page).toContain('Synthetic scenes: trained and scored on images made by a program');
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
    expect(page.match(/<svg/g)!.length).toBeGreaterThanOrEqual(2);
    const environment = JSON.parse(readFileSync(join(run, 'environment.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(environment).toMatchObject({ node: process.version, backend: { name: 'wasm' } });
    const log = readFileSync(join(run, 'log.jsonl'), 'utf8').trimEnd().split('\n');
    const events = log.map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events.filter((event) => event === 'step')).toHaveLength(8);
    expect(events.at(-1)).toBe('finished');
    const csv = readFileSync(join(run, 'scores.csv'), 'utf8');
    expect(csv).toMatch(/^tiny,\d+,[^\n]*,gmsr-net,synthetic-test-000,standard,MRAE,[\d.]+$/m);
    expect(csv).toMatch(/^tiny,\d+,[^\n]*,mean-spectrum,MEAN,gmsr-official,PSNR,[\d.]+$/m);
  });

  it('trained on no test scene', () => {
    const { summary } = JSON.parse(readFileSync(join(run, 'scores.json'), 'utf8')) as {
      summary: { split: { train: string[]; test: string[] } };
    };
    expect(summary.split.test).toHaveLength(2);
    expect(summary.split.train.filter((id) => summary.split.test.includes(id))).toEqual([]);
  });

  it('Ctrl-C keeps a checkpoint and says so; the resumed run equals the uninterrupted one to the last bit', async () => {
    const { child, seen, finished } = started('train', 'tiny.yaml', '--out', 'interrupted');
    await seen('training 0/');
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    const match = /interrupted after step (\d) of 8; the checkpoint is kept: (\S+)/.exec(stderr);
    expect(match, stderr).not.toBeNull();
    const stopped = onlyRun('interrupted');
    expect(existsSync(join(folder, match![2]!))).toBe(true);
    expect(existsSync(join(stopped, 'weights.safetensors'))).toBe(false);
    expect(leftovers(stopped)).toEqual([]);

    const changed = ['--set', 'seed=9', '--set', 'training.batch_size=4', '--set', 'title=Another title'];
    const other = await prismamba('train', '--resume', stopped, ...changed);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('\n  seed: was 3, asked 9\n  training.batch_size: was 2, asked 4\n');
    expect(other.stderr).not.toContain('title');
    const elsewhere = await prismamba('train', '--resume', stopped, '--backend', 'cpu');
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.stderr).toMatch(/backend: was "wasm", is now "cpu".*\nGo on with --backend wasm/);

    const mixed = join(folder, 'interrupted', 'mixed');
    cpSync(stopped, mixed, { recursive: true });
    const shorter = ['--allow-changed', '--set', `training.duration=${Number(match![1]) + 1} steps`];
    const goesOn = await prismamba('train', '--resume', mixed, ...shorter);
    expect(goesOn.code, goesOn.stderr).toBe(0);
    const { summary } = JSON.parse(readFileSync(join(mixed, 'scores.json'), 'utf8')) as {
      summary: { notes: string[]; steps: number };
    };
    expect(summary.steps).toBe(Number(match![1]) + 1);
    expect(summary.notes.join()).toMatch(
      /went on with other settings after step \d: training\.duration: was "8 steps", asked "\d steps"/,
    );
    // No sweep may take it for a run of the experiment that its folder holds now.
    expect(existsSync(join(mixed, 'finished.json'))).toBe(false);
    rmSync(mixed, { recursive: true });

    const title = ['--set', 'title=Another title', '--set', 'report.html=false'];
    const resumed = await prismamba('train', '--resume', stopped, ...title);
    expect(resumed.stdout).toContain(
      `report: none (report.html: false); write it with: prismamba report ${stopped}`,
    );
    expect(existsSync(join(stopped, 'report.html'))).toBe(false);
    expect(resumed.stderr).toContain(`resuming after step ${match![1]} of 8`);
    expect(resumed.code).toBe(0);
    const weights = (path: string) => readFileSync(join(path, 'weights.safetensors'));
    expect(weights(stopped).equals(weights(run))).toBe(true);
    expect(readSafetensors(weights(run)).metadata['prismamba.model']).toBe('gmsr-net');
  });

  it('Ctrl-C while scoring says that the checkpoint is kept, and the run can be finished', async () => {
    const twoSteps = ['--set', 'training.duration=2 steps'];
    const { child, seen, finished } = started('train', 'tiny.yaml', '--out', 'scoring', ...twoSteps);
    await seen('evaluating GMSR-Net');
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted while scoring; the last checkpoint is kept');
    const stopped = onlyRun('scoring');
    expect(existsSync(join(stopped, 'report.html'))).toBe(false);
    expect((await prismamba('train', '--resume', stopped)).code).toBe(0);
    expect(existsSync(join(stopped, 'report.html'))).toBe(true);
  });

  it('the report can be written again, and the weights scored again', async () => {
    rmSync(join(run, 'report.html'));
    const again = await prismamba('report', run);
    expect(again.code).toBe(0);
    expect(existsSync(join(run, 'report.html'))).toBe(true);
    const { code, stdout } = await prismamba('evaluate', run, '--csv', 'again.csv');
    expect(code).toBe(0);
    expect(stdout).toContain('GMSR-Net');
    const wanted = readFileSync(join(run, 'scores.csv'), 'utf8')
      .split('\n')
      .filter((line) => line.includes(',gmsr-net,'))
      .map((line) => line.slice(line.indexOf(',gmsr-net,')));
    const got = readFileSync(join(folder, 'again.csv'), 'utf8')
      .split('\n')
      .filter((line) => line.includes(',gmsr-net,'))
      .map((line) => line.slice(line.indexOf(',gmsr-net,')));
    expect(got.length).toBeGreaterThan(0);
    expect(got).toEqual(wanted);
  });

  it('reconstructs a photo into a cube and a preview', async () => {
    const data = Uint8Array.from({ length: 20 * 18 * 3 }, (_, i) => (i * 37) % 256);
    writeFileSync(
      join(folder, 'photo.png'),
      writePng({ width: 18, height: 20, channels: 3, bitDepth: 8, data }),
    );
    for (const kind of ['npy', 'npz', 'mat', 'hdr']) {
      const { code, stderr } = await prismamba(
        'reconstruct',
        'photo.png',
        '--run',
        run,
        '--out',
        `cube.${kind}`,
        // The other files are compared with the .npy one: threads change no bit.
        '--threads',
        kind === 'npy' ? '1' : '2',
      );
      expect(code, stderr).toBe(0);
    }
    const cube = readNpy(readFileSync(join(folder, 'cube.npy')));
    expect(cube.shape).toEqual([20, 18, 31]);
    const npz = readNpz(readFileSync(join(folder, 'cube.npz')));
    expect(npz.get('cube')).toEqual(cube);
    expect(npz.get('wavelengths')?.data[30]).toBe(700);
    const mat = readMat5(readFileSync(join(folder, 'cube.mat'))).arrays;
    expect(mat.get('cube')).toEqual(cube);
    expect([mat.get('bands')?.shape, mat.get('bands')?.data[30]]).toEqual([[1, 31], 700]);
    expect(readFileSync(join(folder, 'cube.hdr'), 'utf8')).toContain('bands = 31');
    expect(existsSync(join(folder, 'cube.preview.png'))).toBe(true);
  });

  it('reconstructs a folder with the shipped weights, goes on after a bad file, and writes spectra', async () => {
    const photos = join(folder, 'photos');
    mkdirSync(photos);
    const png = { width: 9, height: 8, channels: 3, bitDepth: 8 } as const;
    for (const name of ['a', 'c']) {
      const data = Uint8Array.from({ length: 9 * 8 * 3 }, (_, i) => (i * 41) % 256);
      writeFileSync(join(photos, `${name}.png`), writePng({ ...png, data }));
    }
    writeFileSync(join(photos, 'b.png'), 'no image');
    const { code, stdout, stderr } = await prismamba(
      ...[
        'reconstruct',
        'photos',
        '--out',
        'drawn-cubes',
        '--at',
        '4,2',
        '--at',
        '0,0,9,8',
        '--threads',
        '1',
      ],
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/weights: gmsr-net\/\S+, shipped with Prismamba/);
    expect(stderr).toMatch(/b\.png: cannot be read as an image/);
    expect(stderr).toMatch(/1 of 3 photos failed: photos\/b\.png; the others are done/);
    expect(stdout).toMatch(/consistency: rendered as linear sRGB .* is off by \d+\.\d\d of 255/);
    expect(stdout).toMatch(/values: relative/);
    expect(readdirSync(join(folder, 'drawn-cubes')).sort()).toEqual(
      ['a', 'c'].flatMap((name) =>
        ['npy', 'preview.png', 'spectra.csv', 'spectra.svg'].map((e) => `${name}.${e}`),
      ),
    );
    const cube = readNpy(readFileSync(join(folder, 'drawn-cubes', 'a.npy')));
    expect(cube.shape).toEqual([8, 9, 31]);
    const rows = readFileSync(join(folder, 'drawn-cubes', 'a.spectra.csv'), 'utf8')
      .trim()
      .split('\n');
    expect(rows[0]).toBe('wavelength_nm,"at 4,2","at 0,0,9,8","at 0,0,9,8, std"');
    expect(rows).toHaveLength(32);
    rows.slice(1).forEach((row, band) => {
      const [wavelength, pixel, mean] = row.split(',').map(Number);
      expect(wavelength).toBe(400 + 10 * band);
      expect(pixel).toBe(cube.data[(2 * 9 + 4) * 31 + band]);
      let sum = 0;
      for (let i = 0; i < 72; i++) sum += Number(cube.data[i * 31 + band]);
      expect(mean).toBeCloseTo(sum / 72, 6);
    });
  });

  it('lists the shipped weights, and writes them as a file that other commands read', async () => {
    const { stdout } = await prismamba('pretrained', '--json');
    const [card] = JSON.parse(stdout) as { name: string; model: string }[];
    const written = await prismamba('pretrained', card!.name, '--out', 'shipped.safetensors');
    expect(written.code, written.stderr).toBe(0);
    const { code, stdout: listing } = await prismamba('weights', card!.model, 'shipped.safetensors');
    expect(code).toBe(0);
    expect(listing).toMatch(/ 0 unknown, 0 missing/);
  });

  it.each([
    { protocol: 'tiles', around: 0, height: 128 },
    { protocol: 'tiles', around: 255, height: 128 },
    { protocol: 'gmsr-official', around: 0, height: 192 },
  ])('a photo in one corner, $around everywhere else: finite by $protocol', async (one) => {
    const { protocol, around, height } = one;
    // Tiles of 128 pixels: the last one sees one colour only.
    const width = 256;
    const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
      const [row, column] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width];
      return row < 50 && column < 75 ? (i * 37) % 256 : around;
    });
    writeFileSync(join(folder, 'corner.png'), writePng({ width, height, channels: 3, bitDepth: 8, data }));
    const args = ['corner.png', '--run', run, '--protocol', protocol, '--out', 'corner.npy'];
    const { code, stderr } = await prismamba('reconstruct', ...args);
    expect(code, stderr).toBe(0);
    const cube = readNpy(readFileSync(join(folder, 'corner.npy')));
    expect(cube.shape).toEqual([height, width, 31]);
    expect((cube.data as Float32Array).every(Number.isFinite)).toBe(true);
  });

  it('weights that hold NaN: no cube, no export, and the entry is named', async () => {
    const file = readFileSync(join(run, 'weights.safetensors'));
    const header = Number(file.readBigUInt64LE(0));
    file.writeFloatLE(NaN, 8 + header);
    writeFileSync(join(folder, 'bad.safetensors'), file);
    const png = { width: 18, height: 20, channels: 3, bitDepth: 8 } as const;
    writeFileSync(join(folder, 'small.png'), writePng({ ...png, data: new Uint8Array(20 * 18 * 3) }));
    const weights = ['--weights', 'bad.safetensors', '--out'];
    for (const args of [
      ['reconstruct', 'small.png', ...weights, 'bad.npy'],
      ['export', 'gmsr-net', ...weights, 'bad-out.safetensors'],
      ['export', 'gmsr-net', ...weights, 'bad-out.json'],
    ]) {
      const { code, stderr } = await prismamba(...args);
      expect(code).toBe(1);
      expect(stderr).toMatch(/bad\.safetensors: 1 of \d+ entries hold NaN or infinity, such as '/);
    }
    expect(readdirSync(folder).filter((name) => /^bad(-out|\.npy)/.test(name))).toEqual([]);
    const { code, stdout } = await prismamba('weights', 'gmsr-net', 'bad.safetensors');
    expect(code).toBe(1);
    expect(stdout).toContain('NOT FINITE');
  });
});

describe('bad input: a clear error, exit code 1 (2 for a wrong command line), nothing half-written', () => {
  const expectFailure = async (args: readonly string[], message: string | RegExp, wanted = 1) => {
    const { code, stderr, stdout } = await prismamba(...args);
    expect(code, stderr).toBe(wanted);
    expect(stderr).toMatch(message);
    expect(stderr, 'no stack').not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
  };

  it('an unknown key', () =>
    expectFailure(
      ['train', 'tiny.yaml', '--set', 'training.batchsize=3'],
      /training\.batchsize: unknown key, did you mean 'batch_size'\?/,
    ));
  it('an unknown model', async () => {
    writeFileSync(join(folder, 'unknown.yaml'), EXPERIMENT.replace('gmsr-net', 'gmsr-nett'));
    await expectFailure(
      ['train', 'unknown.yaml'],
      /unknown\.yaml:8:16: model\.name: unknown model 'gmsr-nett', did you mean 'gmsr-net'\?/,
    );
    await expectFailure(['summary', 'gmsrnet'], /unknown model 'gmsrnet', did you mean 'gmsr-net'\?/, 2);
  });
  it('an unknown experiment, option and command', async () => {
    await expectFailure(
      ['train', 'quikstart'],
      /there is no experiment file 'quikstart'.* Did you mean 'quickstart'\?/,
    );
    await expectFailure(['train', '--sett', 'a=b'], /unknown option '--sett'/, 2);
    await expectFailure(['trian'], /unknown command 'trian'/, 2);
  });
  it('impossible numbers, before the photo is read', async () => {
    await expectFailure(
      ['reconstruct', 'no-photo.png', '--threads', '0'],
      /--threads 0: wanted a whole number/,
      2,
    );
    await expectFailure(
      ['reconstruct', 'no-photo.png', '--tile', '1.5'],
      /--tile 1\.5: wanted a size in pixels/,
      2,
    );
  });
  it('a missing folder of data', () =>
    expectFailure(['train', 'tiny.yaml', '--data', 'nowhere', '--split', 'nowhere.json'], /nowhere/));
  it('a missing run folder', async () => {
    await expectFailure(['report', 'nowhere'], /'nowhere' is no finished run/);
    await expectFailure(['train', '--resume', 'nowhere'], /there is no experiment\.yaml/);
    await expectFailure(['parity', 'gmsr-net', 'nowhere'], /there is no folder 'nowhere'/);
  });
  it('a truncated PNG, as a photo and as a band of a scene', async () => {
    const png = readFileSync(join(fixturePath('cave'), 'beads_ms', 'beads_ms', 'beads_RGB.png'));
    writeFileSync(join(folder, 'cut.png'), png.subarray(0, png.length / 2));
    await expectFailure(
      ['reconstruct', 'cut.png', '--out', 'cut.npy'],
      /cut\.png: cannot be read as an image/,
    );
    expect(existsSync(join(folder, 'cut.npy'))).toBe(false);

    cpSync(fixturePath('cave'), join(folder, 'cave'), { recursive: true });
    truncateSync(join(folder, 'cave', 'beads_ms', 'beads_ms', 'beads_ms_07.png'), 300);
    writeFileSync(join(folder, 'split.json'), JSON.stringify({ train: ['beads'], test: ['toys'] }));
    await expectFailure(
      ['train', 'tiny.yaml', '--data', 'cave', '--split', 'split.json'],
      /beads.*_07\.png/s,
    );
  });
  it('a scene that is named in both parts of a split', async () => {
    writeFileSync(join(folder, 'mixed.json'), JSON.stringify({ train: ['beads', 'toys'], test: ['toys'] }));
    await expectFailure(
      ['train', 'tiny.yaml', '--data', fixturePath('cave'), '--split', 'mixed.json'],
      /scene 'toys' is named in both 'train' and 'test'/,
    );
  });
  it('a loss that is not finite', async () => {
    const args = ['train', 'tiny.yaml', '--out', 'diverged', '--set', 'training.schedule.learning_rate=1e30'];
    const { code, stderr } = await prismamba(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /error: train: the loss of step \d is (NaN|-?Infinity); training stopped, no checkpoint had been written yet/,
    );
    expect(existsSync(join(onlyRun('diverged'), 'weights.safetensors'))).toBe(false);
  });
  it('an unwritable folder', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expectFailure(
      ['train', 'tiny.yaml', '--out', join('file', 'runs')],
      /cannot make the folder .*Name another place with --out DIR/,
    );
  });
  it.skipIf(!existsSync('/dev/full'))('a full disk, met by the log (needs /dev/full)', async () => {
    const full = join(folder, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'experiment.yaml'), EXPERIMENT);
    symlinkSync('/dev/full', join(full, 'log.jsonl'));
    const { code, stderr } = await prismamba(
      'train',
      'tiny.yaml',
      '--out',
      'short',
      '--set',
      'training.duration=2 steps',
    );
    expect(code, stderr).toBe(0);
    for (const name of ['checkpoints', 'environment.json']) {
      cpSync(join(onlyRun('short'), name), join(full, name), { recursive: true });
    }
    await expectFailure(['train', '--resume', full], /cannot write .*log\.jsonl.*no space left on device/i);
    expect(leftovers(full)).toEqual([]);
  });
  it.skipIf(process.platform === 'win32')(
    'a disk that takes no more, met by a checkpoint (a limit on file size)',
    async () => {
      // 64 blocks of 1024 bytes: room for the small files, not for weights.
      const command = `ulimit -f 64; exec "${process.execPath}" "${cli}" train tiny.yaml --out limited`;
      const { code, stderr } = await start('bash', ['-c', command], folder).finished;
      expect(code).toBe(1);
      expect(stderr).toMatch(/cannot write .*step-00000003\.safetensors.*Nothing was changed/);
      const limited = onlyRun('limited');
      expect(leftovers(limited)).toEqual([]);
      expect(readdirSync(join(limited, 'checkpoints'))).toEqual([]);
    },
  );
});

describe('prismamba data', () => {
  it('check names bad files, goes on after them, and exits with 1', async () => {
    const copy = join(folder, 'check');
    cpSync(fixturePath('cave'), copy, { recursive: true });
    const good = await prismamba('data', 'check', copy);
    expect(good.stdout).toMatch(/cave, 2 cubes .* 0 bad/);
    expect(good.code).toBe(0);
    truncateSync(join(copy, 'beads_ms', 'beads_ms', 'beads_ms_07.png'), 300);
    const bad = await prismamba('data', 'check', copy);
    expect(bad.stdout).toMatch(/1 bad/);
    expect(bad.stdout).toMatch(/beads.*_07\.png/);
    expect(bad.code).toBe(1);
  });
  it('check reads cubes as --set says, and names the nearest key', async () => {
    const cubes = join(folder, 'cubes');
    mkdirSync(cubes);
    const data = Uint16Array.from({ length: 29 * 8 * 9 }, (_, i) => i);
    writeFileSync(join(cubes, 'a.npy'), writeNpy({ dtype: 'uint16', shape: [29, 8, 9], data }));
    const without = await prismamba('data', 'check', cubes);
    expect(without.code).toBe(1);
    expect(without.stdout).toMatch(/no axis has 31 bands; give 'wavelengths' in nm/);
    const wavelengths = Array.from({ length: 29 }, (_, i) => 410 + 10 * i).join(', ');
    const set = ['--set', `wavelengths=[${wavelengths}]`, '--set', 'outside=nearest'];
    const told = await prismamba('data', 'check', cubes, ...set);
    expect(told.stdout).toContain('folder, 1 cubes and 0 RGB images were read; 0 bad, 1 odd');
    expect(told.stdout).toMatch(/a: stored as uint16 up to 2087, .*; if 4095 stands for 1, set divisor=4095/);
    expect(told.stdout).toMatch(/values of the cubes: 0\.1 % <= .*, 50 % <= 0\.0159/);
    expect(told.code).toBe(0);
    const wrong = await prismamba('data', 'check', cubes, '--set', 'wavelenghts=[1]');
    expect(wrong.stderr).toContain("--set wavelenghts: unknown key, did you mean 'wavelengths'?");
    expect(wrong.code).toBe(2);
  });

  it('preview draws a contact sheet and band strips', async () => {
    const { code, stdout, stderr } = await prismamba(
      'data',
      'preview',
      fixturePath('cave'),
      '--out',
      'drawn',
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('beads, toys');
    expect(readdirSync(join(folder, 'drawn')).sort()).toEqual(['band-strips.png', 'contact-sheet.png']);
  });
  it('fetch says which data sets it can fetch, and why a download failed', async () => {
    const unknown = await prismamba('data', 'fetch', 'ntire2022');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/Allowed choices are cave/);
    const server = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await prismamba(
      'data',
      'fetch',
      'cave',
      '--out',
      'fetched',
      '--url',
      `http://127.0.0.1:${port}/x.zip`,
    );
    server.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(/404/);
    expect(readdirSync(join(folder, 'fetched')).filter((name) => name.endsWith('.zip'))).toEqual([]);
  });
});

describe('prismamba parity', () => {
  it('passes on the reference and fails, with exit code 1, on an output that is off by 1e-4', async () => {
    const golden = goldenPath('gmsr-net');
    const small = join(folder, 'parity');
    mkdirSync(small);
    cpSync(join(golden, 'weights.pth'), join(small, 'weights.pth'));
    cpSync(join(golden, 'io.npz'), join(small, 'io.npz'));
    const good = await prismamba('parity', 'gmsr-net', small);
    expect(good.stdout).toMatch(/gmsr-net: passed; 44,980 parameters/);
    expect(good.code).toBe(0);
    const io = readNpz(readFileSync(join(golden, 'io.npz')));
    const y = io.get('y1_ref64')!;
    const moved = { ...y, data: (y.data as Float32Array).map((v) => v * 1.0001) };
    writeFileSync(join(small, 'io.npz'), writeNpz(new Map(io).set('y1_ref64', moved)));
    const bad = await prismamba('parity', 'gmsr-net', small);
    expect(bad.stdout).toMatch(/gmsr-net: FAILED/);
    expect(bad.stdout).toMatch(/FAIL forward +1\.00e-4/);
    expect(bad.code).toBe(1);
  });
});

describe('help', () => {
  it('prismamba --help lists every command, and a command explains itself', async () => {
    const all = await started('--help').finished;
    expect(all.code).toBe(0);
    const root = program();
    const listed = root.createHelp().visibleCommands(root);
    expect(listed.length).toBeGreaterThan(10);
    for (const command of listed) expect(all.stdout).toContain(command.name());
    // What only Prismamba itself and its tools start.
    const hidden = root.commands.filter((one) => !listed.includes(one)).map((one) => one.name());
    expect(hidden.sort()).toEqual(['measure-limits', 'measure-run', 'slurm-task']);
    const one = await prismamba('reconstruct', '--help');
    expect(one.code).toBe(0);
    expect(one.stdout).toContain('Usage: prismamba reconstruct');
    expect(one.stdout).toMatch(/Examples?:\n {2}prismamba/);
  });
});
