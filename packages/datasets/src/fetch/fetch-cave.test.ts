import { zipSync } from 'fflate';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fixturePath } from '@prismamba/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { caveSceneNames } from '../splits/cave-scene-names.js';
import { serveFile, resumedAt } from '../testing/file-server.js';
import { fetchCave } from './fetch-cave.js';
import { openDataset } from '../loaders/open-dataset.js';

/** The fixture scene under the names of all 32 scenes, as the archive has them, and what archives have beside them. */
const members = new Map<string, Uint8Array>();
beforeAll(async () => {
  const folder = join(fixturePath('cave'), 'beads_ms', 'beads_ms');
  for (const file of await readdir(folder)) {
    const bytes = await readFile(join(folder, file));
    for (const name of caveSceneNames) {
      members.set(`${name}_ms/${name}_ms/${file.replace('beads', name)}`, bytes);
    }
  }
  members.set('beads_ms/Thumbs.db', Uint8Array.of(1));
  members.set('__MACOSX/beads_ms/._beads_ms_01.png', Uint8Array.of(1));
});

let root: string;
let server: Awaited<ReturnType<typeof serveFile>> | undefined;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prismamba-fetch-'));
});
afterEach(async () => {
  await server?.close();
  await rm(root, { recursive: true, force: true });
});
/** A zip archive whose members lie in it as they are. */
const stored = (content: ReadonlyMap<string, Uint8Array>) =>
  Buffer.from(zipSync(Object.fromEntries(content), { level: 0 }));
const serve = async (content: ReadonlyMap<string, Uint8Array>) => (server = await serveFile(stored(content)));

describe('fetchCave', () => {
  it('downloads through a broken connection, unpacks, checks; the next time there is nothing to do', async () => {
    const { url, state, requests } = await serve(members);
    state.cuts.push(200_000);
    const phases = new Map<string, number>();
    const options = {
      url,
      retryDelay: 1,
      onProgress: ({ phase, done }: { phase: string; done: number }) => phases.set(phase, done),
    };
    const result = await fetchCave(join(root, 'new', 'cave'), options);
    expect(result).toMatchObject({ downloaded: true, bytes: state.body.length });
    expect(result.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(result.report).toMatchObject({ cubes: 32, bad: [], missing: [] });
    expect(resumedAt(requests[1]?.range)).toBeGreaterThan(0);
    expect(resumedAt(requests[1]?.range)).toBeLessThanOrEqual(200_000);
    expect([...phases]).toEqual([
      ['download', state.body.length],
      ['unpack', members.size - 2],
      ['check', 32],
    ]);
    expect((await readdir(join(root, 'new', 'cave'))).sort()).toEqual(
      caveSceneNames.map((name) => `${name}_ms`).sort(),
    );
    const source = await openDataset('cave', join(root, 'new', 'cave'));
    expect((await source.load('watercolors')).cube).toEqual(
      (await (await openDataset('cave', fixturePath('cave'))).load('beads')).cube,
    );
    expect(await fetchCave(join(root, 'new', 'cave'), options)).toMatchObject({ downloaded: false });
    expect(requests).toHaveLength(2);
  }, 60_000);

  it('keeps the archive and says what is wrong with it', async () => {
    const content = new Map([...members].filter(([name]) => /^(beads|cd)_ms\//.test(name)));
    content.delete('cd_ms/cd_ms/cd_ms_05.png');
    await expect(fetchCave(root, { url: (await serve(content)).url })).rejects.toThrow(
      /1 scenes of the archive cannot be read, the first: cave: scene 'cd': .*cd_ms_05\.png.* The archive is kept/,
    );
    expect(existsSync(join(root, 'complete_ms_data.zip'))).toBe(true);
    content.set('cd_ms/cd_ms/cd_ms_05.png', members.get('cd_ms/cd_ms/cd_ms_05.png')!);
    await server!.close();
    await expect(fetchCave(root, { url: (await serve(content)).url })).rejects.toThrow(
      /not the whole database: 30 of 32 scenes: balloons, chart/,
    );
  });

  it('refuses an archive whose members do not match their checksums, or that leave the folder', async () => {
    const zip = stored(members);
    zip[zip.indexOf('IDAT') + 20]! ^= 1;
    server = await serveFile(zip);
    await expect(fetchCave(root, { url: server.url })).rejects.toThrow(/checksum \(CRC-32\) does not match/);
    await server.close();
    const hostile = new Map([...members, ['../../outside_ms/evil_ms_01.png', Uint8Array.of(1)] as const]);
    await expect(fetchCave(root, { url: (await serve(hostile)).url })).rejects.toThrow(
      /is hostile: its member '\.\.\/\.\.\/outside_ms/,
    );
    expect(existsSync(join(dirname(root), 'outside_ms'))).toBe(false);
    await server.close();
    server = await serveFile(Buffer.from('<html>moved</html>'));
    await expect(fetchCave(root, { url: server.url })).rejects.toThrow(
      /complete_ms_data\.zip.*no zip directory/,
    );
  });

  it('repairs a copy with a damaged file', async () => {
    const { url } = await serve(members);
    await fetchCave(root, { url, keepArchive: true });
    expect(existsSync(join(root, 'complete_ms_data.zip'))).toBe(true);
    const damaged = join(root, 'clay_ms', 'clay_ms', 'clay_ms_09.png');
    await writeFile(damaged, 'nothing');
    expect((await fetchCave(root, { url })).report.bad).toEqual([]);
    expect(Buffer.compare(await readFile(damaged), members.get('clay_ms/clay_ms/clay_ms_09.png')!)).toBe(0);
  }, 60_000);
});
