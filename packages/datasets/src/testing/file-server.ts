import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server of {@link serveFile} behaves; may be changed while it runs. */
export interface ServerBehaviour {
  body: Uint8Array;
  etag: string | undefined;
  /** Answers Range requests. */
  ranges: boolean;
  /** Breaks the connection after so many bytes of an answer; one entry an answer, then never. */
  cuts: number[];
  /** Status codes of the first answers. */
  refusals: number[];
  /** Sends that many bytes and then nothing more, for ever; one entry an answer. */
  stalls: number[];
}

/** A server on 127.0.0.1 that gives one file, more or less well. For tests. */
export async function serveFile(body: Uint8Array, behaviour: Partial<ServerBehaviour> = {}) {
  const state: ServerBehaviour = {
    body,
    etag: '"one"',
    ranges: true,
    cuts: [],
    refusals: [],
    stalls: [],
    ...behaviour,
  };
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    const refusal = state.refusals.shift();
    if (refusal !== undefined) {
      response.writeHead(refusal).end('no');
      return;
    }
    const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const same = request.headers['if-range'] === undefined || request.headers['if-range'] === state.etag;
    const start = asked !== null && state.ranges && same ? Number(asked[1]) : 0;
    const part = state.body.subarray(start);
    const headers = {
      'content-length': part.length,
      ...(state.etag === undefined ? {} : { etag: state.etag }),
      ...(start > 0
        ? { 'content-range': `bytes ${start}-${state.body.length - 1}/${state.body.length}` }
        : {}),
    };
    response.writeHead(start > 0 ? 206 : 200, headers);
    const cut = state.cuts.shift();
    const stall = state.stalls.shift();
    if (cut !== undefined)
      response.write(part.subarray(0, cut), () => setTimeout(() => response.destroy(), 100));
    else if (stall !== undefined) response.write(part.subarray(0, stall));
    else response.end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.zip`,
    requests,
    state,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/**
 * Where a request goes on, from its Range header; NaN where it has none. A connection that breaks may take bytes with it
 * that were sent and not yet read, so tests bound this number and compare the file's checksum.
 */
export function resumedAt(range: string | undefined): number {
  return Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]);
}
