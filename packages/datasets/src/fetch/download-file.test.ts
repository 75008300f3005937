import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveFile, resumedAt } from '../testing/file-server.js';
import { downloadFile } from './download-file.js';

const body = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i + 7 * i) % 251);
const sha256 = createHash('sha256').update(body).digest('hex');
const fast = { retryDelay: 1 };

let folder: string;
let path: string;
let server: Awaited<ReturnType<typeof serveFile>>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prismamba-download-'));
  path = join(folder, 'file.zip');
  server = await serveFile(body);
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const expectWhole = async () => {
  expect(Buffer.compare(await readFile(path), body)).toBe(0);
  expect(await readdir(folder)).toEqual(['file.zip']);
};

describe('downloadFile', () => {
  it('writes the file whole, reports bytes, returns its checksum', async () => {
    const seen: number[] = [];
    const result = await downloadFile(server.url, path, {
      onProgress: (done, total) => {
        expect(total).toBe(body.length);
        seen.push(done);
      },
    });
    expect(result).toEqual({ bytes: body.length, sha256 });
    expect([seen[0], seen.at(-1)]).toEqual([0, body.length]);
    await expectWhole();
  });

  it('continues a broken connection where it broke, again and again', async () => {
    server.state.cuts.push(100_000, 0, 50_000);
    await downloadFile(server.url, path, { ...fast, sha256 });
    await expectWhole();
    const ranges = server.requests.map(({ range }) => range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges).toHaveLength(4);
    const [first, , third] = ranges.slice(1).map(resumedAt);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(100_000);
    expect(third).toBeGreaterThanOrEqual(first!);
    expect(third).toBeLessThanOrEqual(first! + 50_000);
  });

  it('continues in the next run what an interrupted one left', async () => {
    server.state.cuts.push(100_000);
    await expect(downloadFile(server.url, path, { ...fast, retries: 0 })).rejects.toThrow(
      /\d+ bytes are kept in '.*file\.zip\.part': run the command again to continue/,
    );
    expect(existsSync(path)).toBe(false);
    await downloadFile(server.url, path, { sha256 });
    expect(resumedAt(server.requests[1]?.range)).toBeGreaterThan(0);
    expect(server.requests[1]).toMatchObject({ 'if-range': '"one"' });
    await expectWhole();
  });

  it('starts anew where the file on the server has changed, or cannot be continued', async () => {
    server.state.cuts.push(100_000);
    await expect(downloadFile(server.url, path, { retries: 0 })).rejects.toThrow('are kept');
    server.state.etag = '"two"';
    server.state.body = body.map((value) => 250 - value);
    await downloadFile(server.url, path, {});
    expect(Buffer.compare(await readFile(path), server.state.body)).toBe(0);

    server.state.body = body;
    server.state.ranges = false;
    server.state.cuts.push(100_000);
    await downloadFile(server.url, path, { ...fast, sha256 });
    await expectWhole();

    // Without a name for the version nobody can tell that the rest belongs to what is there.
    server.state.etag = undefined;
    server.state.ranges = true;
    server.state.cuts.push(100_000);
    await downloadFile(server.url, path, { ...fast, sha256 });
    expect(server.requests.at(-1)?.range).toBeUndefined();
    await expectWhole();
  });

  it('waits for a server with a hiccup, not for one that refuses', async () => {
    server.state.refusals.push(503, 429);
    await downloadFile(server.url, path, { ...fast, sha256 });
    await expectWhole();
    server.state.refusals.push(404);
    await expect(downloadFile(server.url, join(folder, 'other'), fast)).rejects.toThrow(
      /the server answered 404 .*give the new address with --url/,
    );
    expect(server.requests).toHaveLength(4);
    server.state.refusals.push(500, 500, 500);
    await expect(downloadFile(server.url, join(folder, 'other'), { ...fast, retries: 2 })).rejects.toThrow(
      'the server answered 500, 3 times in a row',
    );
  });

  it('gives up on a connection that stalls and continues', async () => {
    server.state.stalls.push(70_000);
    await downloadFile(server.url, path, { ...fast, stallTimeout: 1500, sha256 });
    expect(resumedAt(server.requests[1]?.range)).toBeGreaterThan(0);
    expect(resumedAt(server.requests[1]?.range)).toBeLessThanOrEqual(70_000);
    await expectWhole();
  });

  it('removes what has another checksum', async () => {
    await expect(downloadFile(server.url, path, { sha256: 'ab'.repeat(32) })).rejects.toThrow(
      /SHA-256 is [0-9a-f]{64}, wanted abab/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('stops when told and keeps what has arrived', async () => {
    server.state.stalls.push(70_000);
    const stop = new AbortController();
    const download = downloadFile(server.url, path, {
      signal: stop.signal,
      onProgress: (done) => {
        if (done === 70_000) stop.abort(new Error('stopped by the user'));
      },
    });
    await expect(download).rejects.toThrow('stopped by the user');
    expect((await stat(`${path}.part`)).size).toBe(70_000);
    await downloadFile(server.url, path, { sha256 });
    await expectWhole();
  });

  it('names a server that is not there', async () => {
    await server.close();
    await expect(downloadFile(server.url, path, { ...fast, retries: 1 })).rejects.toThrow(
      /download of http:.*ECONNREFUSED.*2 times in a row/,
    );
  });
});
