// The registry of the release test: Verdaccio in a folder on 127.0.0.1, and a server in front of it that counts what is published
// and fails once on demand. A process of its own, because the test waits for npm without looking after anything else. It ends
// with the process that forked it.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { registryProgram } from './registry.mjs';

const own = process.argv[2];
const published = [];
const failures = new Map();
const inner = await freePort();
writeFileSync(join(own, 'config.yaml'), config());
const verdaccio = spawn(
  process.execPath,
  [
    registryProgram('verdaccio/bin/verdaccio'),
    '--config',
    join(own, 'config.yaml'),
    '--listen',
    `127.0.0.1:${inner}`,
  ],
  { cwd: own, stdio: ['ignore', 'pipe', 'pipe'] },
);
const log = [];
verdaccio.stdout.on('data', (text) => log.push(text));
verdaccio.stderr.on('data', (text) => log.push(text));
verdaccio.on('exit', () => process.exit());
process.on('disconnect', () => verdaccio.kill());
const front = createServer(answer);
try {
  await ready();
  process.send({ url: `http://127.0.0.1:${await listen(front)}/`, token: await token() });
} catch (error) {
  process.send({ error: String(error) });
  verdaccio.kill();
}

function config() {
  return `
storage: ${join(own, 'storage')}
auth: { htpasswd: { file: ${join(own, 'htpasswd')}, max_users: 1 } }
uplinks: {}
packages: { '**': { access: $all, publish: $authenticated } }
max_body_size: 100mb
web: { enable: false }
log: { type: stdout, format: pretty, level: warn }
`;
}

/** Our packages come from Verdaccio, all others from where npm has them. */
function answer(request, response) {
  const path = decodeURIComponent(request.url).slice(1);
  const name = /^(@prismamba\/[^/?]+|prismamba)(?=[/?]|$)/.exec(path)?.[1];
  if (name === undefined && request.method === 'GET' && !path.startsWith('-/')) {
    response.writeHead(302, { Location: `https://registry.npmjs.org${request.url}` }).end();
    return;
  }
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    if (path.startsWith('-/release-test/')) steer(path, JSON.parse(body.toString()), response);
    else forward(request, response, name, body);
  });
}

function steer(path, { name, how }, response) {
  if (path.endsWith('/fail')) failures.set(name, how);
  response.writeHead(200, { 'Content-Type': 'application/json', Connection: 'close' });
  response.end(JSON.stringify(published));
}

function forward(request, response, name, body) {
  const versions = request.method === 'PUT' && name !== undefined ? versionsOf(body) : [];
  const failure = versions.length > 0 ? failures.get(name) : undefined;
  if (failure !== undefined) failures.delete(name);
  if (failure === 'refused') {
    response.writeHead(403, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ error: 'the registry refuses this package today' }));
    return;
  }
  const { method, url: path, headers } = request;
  const passed = httpRequest({ host: '127.0.0.1', port: inner, method, path, headers }, (reply) => {
    if (reply.statusCode >= 200 && reply.statusCode < 300)
      published.push(...versions.map((version) => `${name}@${version}`));
    if (failure === 'answer lost') {
      reply.resume();
      reply.on('end', () => request.socket.destroy());
      return;
    }
    response.writeHead(reply.statusCode, reply.headers);
    reply.pipe(response);
  });
  passed.on('error', () => response.writeHead(502).end());
  passed.end(body);
}

/** The versions whose files a publish sends; none where it only changes a tag. */
function versionsOf(body) {
  try {
    const { versions = {}, _attachments: files = {} } = JSON.parse(body.toString());
    return Object.keys(files).length > 0 ? Object.keys(versions) : [];
  } catch {
    return [];
  }
}

async function token() {
  const reply = await fetch(`http://127.0.0.1:${inner}/-/user/org.couchdb.user:maintainer`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'maintainer', password: 'only-on-this-machine' }),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`the registry made no user: ${reply.status} ${text}`);
  return JSON.parse(text).token;
}

async function ready() {
  for (const end = Date.now() + 60_000; Date.now() < end && verdaccio.exitCode === null;) {
    const ok = await fetch(`http://127.0.0.1:${inner}/-/ping`).then(
      (reply) => reply.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Verdaccio did not start:\n${log.join('')}`);
}

function listen(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

async function freePort() {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
