import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild'; // comes with tsup

/** What a page does, and where. */
export interface BrowserPage {
  /** Module of the package (`new URL('./testing/x.page.ts', import.meta.url)`) that exports `run(input)`, async or not. */
  readonly module: URL;
  /** Bundles the entry's source in place of esbuild with our sources; gives one classic script. */
  readonly bundle?: (entry: string) => Promise<string>;
  /** Argument of `run`, sent as JSON. */
  readonly input?: unknown;
  /** Runs in a Web Worker in place of the page's main thread. Default false. */
  readonly worker?: boolean;
  /** Serves the headers that make the page cross-origin isolated. Default true. */
  readonly isolated?: boolean;
  /** Gives the page WebGPU, by a program in place of a GPU (SwiftShader, which comes with Chromium). Default false. */
  readonly softwareGpu?: boolean;
  /** The reader's system is dark (`prefers-color-scheme`). Default false. */
  readonly dark?: boolean;
  /** Default 60 s, from the start of the browser to the result. */
  readonly timeoutMs?: number;
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Flags that give Chromium WebGPU by a program in place of a GPU (SwiftShader), or none. */
export const gpuFlags = (software: boolean): string[] =>
  software
    ? [
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
        '--enable-features=Vulkan',
        '--use-vulkan=swiftshader',
      ]
    : ['--disable-gpu'];

/** Path of Chromium: PRISMAMBA_CHROMIUM, else chromium or google-chrome; undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env['PRISMAMBA_CHROMIUM'];
  const onPath = (process.env['PATH'] ?? '').split(delimiter);
  const names = ['chromium', 'google-chrome'].flatMap((name) => onPath.map((folder) => join(folder, name)));
  return (named === undefined ? ['/usr/bin/chromium', ...names] : [named]).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Why browser tests are skipped here, for the name of the skipped test; undefined where they run. */
export function whyNoBrowser(): string | undefined {
  if (findChromium() !== undefined) return undefined;
  const named = process.env['PRISMAMBA_CHROMIUM'];
  return named === undefined
    ? 'no Chromium (chromium or google-chrome on the PATH, or PRISMAMBA_CHROMIUM=its path)'
    : `PRISMAMBA_CHROMIUM=${named} is not a program`;
}

/**
 * Bundles a module as a user's bundler would (platform browser), serves it on 127.0.0.1 with the `.wasm` files of
 * TensorFlow.js under `/wasm/`, opens it in headless Chromium, and gives back what its `run` returned, through JSON:
 * finite numbers come back to the bit.
 * @throws Error with the page's own message where `run` throws or the page cannot load, and after the time limit.
 */
export async function runInBrowser(page: BrowserPage): Promise<unknown> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error(`runInBrowser: ${whyNoBrowser()}`);
  const script = await bundle(page);
  const profile = mkdtempSync(join(tmpdir(), 'prismamba-browser-'));
  const { promise: report, resolve } = withResolve<string>();
  const server = createServer((request, response) => answer(page, script, resolve, request, response));
  let browser: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    const port = await listen(server);
    const output: string[] = [];
    browser = spawn(
      chromium,
      [
        ...flags,
        ...gpuFlags(page.softwareGpu ?? false),
        ...(page.dark === true ? ['--blink-settings=preferredColorScheme=0'] : []),
        `--user-data-dir=${profile}`,
        `http://127.0.0.1:${port}/`,
      ],
      {
        detached: process.platform !== 'win32',
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    browser.stderr?.on('data', (text: Buffer) => output.push(text.toString()));
    const limit = page.timeoutMs ?? 60_000;
    const failed = new Promise<never>((_, reject) => {
      const fail = (what: string) =>
        reject(new Error(`runInBrowser: ${what}; its last lines:\n${output.join('').slice(-1500)}`));
      timer = setTimeout(() => fail(`no result from the page after ${limit / 1000} s`), limit);
      browser?.on('error', (error) => fail(`the browser did not start (${error.message})`));
      browser?.on('exit', (code) => fail(`the browser ended (code ${code}) before the page had a result`));
    });
    const { value, error } = JSON.parse(await Promise.race([report, failed])) as {
      value?: unknown;
      error?: string;
    };
    if (error !== undefined) throw new Error(`runInBrowser: in the page: ${error}`);
    return value;
  } finally {
    clearTimeout(timer);
    await end(browser);
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function bundle(page: BrowserPage): Promise<string> {
  const file = fileURLToPath(page.module);
  const contents = `
    import { run } from ${JSON.stringify(file)};
    const send = (report) => fetch('/report', { method: 'POST', body: JSON.stringify(report) });
    Promise.resolve(${JSON.stringify(page.input) ?? 'undefined'}).then(run).then(
      (value) => send({ value }),
      (error) => send({ error: String(error?.stack ?? error) }),
    );`;
  if (page.bundle !== undefined) return page.bundle(contents);
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dirname(file), sourcefile: 'entry.js' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    conditions: ['@prismamba/source'],
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

function answer(
  page: BrowserPage,
  script: string,
  report: (text: string) => void,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = request.url ?? '/';
  if (page.isolated ?? true) {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  }
  const send = (type: string, body: string | Uint8Array) =>
    response.writeHead(200, { 'Content-Type': type }).end(body);
  const wasm = /^\/wasm\/([\w-]+\.wasm)$/.exec(path)?.[1];
  if (path === '/') send('text/html', html(page.worker ?? false));
  else if (path === '/run.js') send('text/javascript', script);
  else if (wasm !== undefined) send('application/wasm', readFileSync(join(wasmFolder(), wasm)));
  else if (path === '/report') {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      response.end();
      report(Buffer.concat(parts).toString());
    });
  } else response.writeHead(404).end();
}

function html(worker: boolean): string {
  const start = worker
    ? `<script>new Worker('/run.js').onerror = (event) => failed(event.message);</script>`
    : `<script src="/run.js"></script>`;
  return `<!doctype html><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,"><script>
    const failed = (error) => fetch('/report', { method: 'POST', body: JSON.stringify({ error: String(error) }) });
    onerror = failed;
  </script>${start}`;
}

function wasmFolder(): string {
  const { resolve } = createRequire(import.meta.url);
  return join(dirname(resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist');
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('runInBrowser: no port'));
      else resolve(address.port);
    });
  });
}

function withResolve<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((accept) => (resolve = accept));
  return { promise, resolve };
}

/** Ends the browser with the processes that it started, and waits for it: its profile is removed next. */
async function end(browser: ChildProcess | undefined): Promise<void> {
  if (browser?.pid === undefined || browser.exitCode !== null) return;
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  if (process.platform === 'win32') browser.kill();
  else process.kill(-browser.pid, 'SIGKILL');
  await gone;
}
