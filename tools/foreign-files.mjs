// `npm run test:foreign -- FOLDER...`: reads every file of the folders with the readers of @prismamba/formats and
// @prismamba/datasets, and compares with what NumPy, SciPy, h5py, Pillow and the like read (PRISMAMBA_PYTHON, else python3).
// Prints for each kind how many files are equal, refused (with one line of reason), wrong, or not compared. Exit code 1 where
// one is wrong: other values, an array that is neither read nor named, or an error that is not one of ours.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nxCommand, root } from './workspace.mjs';

const KINDS = {
  npy: ['.npy'],
  npz: ['.npz'],
  mat: ['.mat'],
  hdf5: ['.h5', '.hdf5', '.he5'],
  png: ['.png'],
  photo: ['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.webp', '.avif'],
  envi: ['.hdr'],
  safetensors: ['.safetensors'],
  pth: ['.pth', '.pt'],
};
/** Decoders of lossy pictures may round differently: so many codes of 255. */
const LOSSY = { extensions: ['.jpg', '.jpeg', '.webp', '.avif'], codes: 3 };

const folders = process.argv.slice(2);
if (folders.length === 0 || folders.some((folder) => folder.startsWith('-') || !existsSync(folder))) {
  console.error('usage: npm run test:foreign -- FOLDER...   (folders or files that exist)');
  process.exit(2);
}
const base = process.env.INIT_CWD ?? process.cwd();
const files = folders.flatMap((folder) => {
  const path = resolve(base, folder);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
});
const jobs = files.flatMap((path) =>
  Object.entries(KINDS)
    .filter(([, extensions]) => extensions.includes(extname(path).toLowerCase()))
    .map(([kind]) => ({ kind, path })),
);
if (jobs.length === 0) {
  console.error(
    `test:foreign: no file of a known kind among ${files.length} (${Object.values(KINDS).flat().join(' ')})`,
  );
  process.exit(2);
}

const built = spawnSync(
  process.execPath,
  nxCommand('run-many', '-t', 'build', '-p', '@prismamba/datasets').slice(1),
  {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false' },
    encoding: 'utf8',
  },
);
if (built.status !== 0) {
  console.error(
    `${built.stdout}${built.stderr}test:foreign: building @prismamba/datasets failed (see above)`,
  );
  process.exit(1);
}
const dist = (path) => import(pathToFileURL(join(root, 'packages', path)).href);
const formats = await dist('formats/dist/index.js');
const node = await dist('formats/dist/node.js');
const { openPhoto } = await dist('datasets/dist/node.js');

const one = (array) => ({ arrays: new Map([['', array]]), skipped: new Map() });
function ofFile(file) {
  try {
    return { arrays: new Map(file.keys().map((key) => [key, file.read(key)])), skipped: file.skipped };
  } finally {
    file.close();
  }
}
const readers = {
  npy: (path) => one(formats.readNpy(readFileSync(path))),
  npz(path) {
    const skipped = new Map();
    const onSkipped = (name, reason) => skipped.set(name, reason);
    return { arrays: formats.readNpz(readFileSync(path), { onSkipped }), skipped };
  },
  mat: async (path) => ofFile(await node.openMat(path)),
  hdf5: async (path) => ofFile(await node.openHdf5(path)),
  png(path) {
    const { height, width, channels, data } = formats.readPng(readFileSync(path));
    return one({ shape: [height, width, channels], data });
  },
  async photo(path) {
    const photo = await openPhoto(path, { colour: 'srgb' });
    const { height, width, data } = photo.values('stored');
    return one({ shape: [height, width, 3], data: Float64Array.from(data, (value) => value * 255) });
  },
  async envi(path) {
    const file = await node.openEnvi(path);
    try {
      return one(file.read());
    } finally {
      file.close();
    }
  },
  safetensors: (path) => ({
    arrays: formats.readSafetensors(readFileSync(path)).tensors,
    skipped: new Map(),
  }),
  pth(path) {
    const skipped = new Map();
    const onUnread = (name, reason) => skipped.set(name, reason);
    return { arrays: formats.readStateDict(readFileSync(path), { onUnread }), skipped };
  },
};

/** What differs between our arrays and the other program's; undefined where nothing does. */
function difference({ arrays, skipped }, reference, tolerance) {
  const named = (name) =>
    [...skipped.keys()].some((key) => key === name || name.startsWith(`${key}/`)) || arrays.has(name);
  for (const [name, theirs] of Object.entries(reference)) {
    const label = name === '' ? 'the array' : `'${name}'`;
    const ours = arrays.get(name);
    if (ours === undefined) {
      if (!named(name)) return `${label} is neither read nor named as skipped`;
      continue;
    }
    if (theirs === null) return `${label} is read, and is no array of real numbers for the other program`;
    if (`${[...ours.shape]}` !== `${theirs.shape}`)
      return `${label} has shape [${[...ours.shape]}], not [${theirs.shape}]`;
    const bytes = readFileSync(theirs.file);
    const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    rmSync(theirs.file);
    const at = values.findIndex((value, index) => {
      const got = Number(ours.data[index]);
      return !Object.is(got, value) && !(Math.abs(got - value) <= tolerance);
    });
    if (at >= 0) return `${label} has ${Number(ours.data[at])} at element ${at}, not ${values[at]}`;
  }
  return [...arrays.keys()]
    .filter((name) => !(name in reference))
    .map((name) => `'${name}' is read, and the other program does not have it`)[0];
}

const temporary = mkdtempSync(join(tmpdir(), 'prismamba-foreign-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));
const python = process.env.PRISMAMBA_PYTHON ?? 'python3';
/** The other programs' answers to a few files at a time, so that their values never fill the disk. */
function references(part) {
  const run = spawnSync(python, [join(root, 'tools/foreign-reference.py'), temporary], {
    input: JSON.stringify(part.map(({ kind, path }) => [kind, path])),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (run.error) return part.map(() => ({ lacks: `${python} cannot be started (${run.error.code})` }));
  const lines = run.stdout.split('\n').filter(Boolean);
  return part.map((_, index) =>
    lines[index] === undefined
      ? { lacks: `${python} ended early: ${run.stderr.trim().split('\n').at(-1)}` }
      : JSON.parse(lines[index]),
  );
}

const ours = ['FormatError', 'DatasetError', 'FileError'];
async function verdict({ kind, path }, reference) {
  let found;
  try {
    found = await readers[kind](path);
  } catch (error) {
    const line = String(error.message).split('\n')[0].replaceAll(path, '');
    return ours.includes(error.name)
      ? ['refused', line]
      : ['wrong', `an error of type ${error.name}: ${line}`];
  }
  if (reference.arrays === undefined)
    return ['not compared', reference.lacks ?? `the other program refuses it: ${reference.error}`];
  const lossy = kind === 'photo' && LOSSY.extensions.includes(extname(path).toLowerCase());
  // A photo's values are codes / 255 in float32.
  const tolerance = lossy ? LOSSY.codes : kind === 'photo' ? 1e-4 : 0;
  const problem = difference(found, reference.arrays, tolerance);
  return problem === undefined ? ['equal', ''] : ['wrong', problem];
}

const STATES = ['equal', 'refused', 'wrong', 'not compared'];
const counts = {};
/** Files by what happened to them. */
const reasons = new Map();
for (let at = 0; at < jobs.length; at += 20) {
  const part = jobs.slice(at, at + 20);
  const answers = references(part);
  for (const [index, job] of part.entries()) {
    const [state, why] = await verdict(job, answers[index]);
    (counts[job.kind] ??= { equal: 0, refused: 0, wrong: 0, 'not compared': 0 })[state] += 1;
    if (state === 'equal') continue;
    const path = relative(base, job.path);
    if (state === 'wrong') console.log(`wrong: ${path} (${job.kind}): ${why}`);
    else
      reasons.set(`${state} (${job.kind}): ${why}`, [
        ...(reasons.get(`${state} (${job.kind}): ${why}`) ?? []),
        path,
      ]);
  }
}
for (const [reason, paths] of reasons) {
  const shown = paths.slice(0, 3).join(', ');
  console.log(`${reason}: ${shown}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`);
}
console.log(`\n| kind | ${STATES.join(' | ')} |\n|---|${STATES.map(() => '---:|').join('')}`);
for (const [kind, row] of Object.entries(counts))
  console.log(`| ${kind} | ${STATES.map((state) => row[state]).join(' | ')} |`);
const total = (state) => Object.values(counts).reduce((sum, row) => sum + row[state], 0);
const wrong = total('wrong');
console.log(
  `\n${wrong === 0 ? 'nothing' : wrong} wrong, ${total('not compared')} of ${jobs.length} not compared`,
);
process.exit(wrong === 0 ? 0 : 1);
