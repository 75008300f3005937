import { expectRelativeError } from '@prismamba/testing';
import { runInBrowser, whyNoBrowser } from '@prismamba/testing/browser';
import { beforeAll, describe, expect, it } from 'vitest';
import { reference, run } from './testing/ss2d-threads.page.js';

type Result = Awaited<ReturnType<typeof run>>;
const reason = whyNoBrowser();
const module = new URL('./testing/ss2d-threads.page.ts', import.meta.url);
const input = { wasmPaths: '/wasm/' };
const outputs = ['output', 'x', 'xProjWeight', 'dtProjsWeight', 'dtProjsBias', 'ALogs', 'Ds'];

let node: Result;
beforeAll(async () => {
  if (reason === undefined) node = await run({});
});

/** The bits of Node, and close to float64; A's gradient adds up a thousand tokens of both signs. */
function expectReference({ arrays }: Result): void {
  const wanted = reference();
  expect(arrays).toHaveLength(outputs.length);
  arrays.forEach((array, i) => {
    expectRelativeError(array, wanted[i]!, outputs[i] === 'ALogs' ? 3e-6 : 2e-6, outputs[i]);
    expect(array, outputs[i]).toEqual(node.arrays[i]);
  });
}

describe.skipIf(reason !== undefined)(`threads in a browser${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it.each([1, 2])(
    "ss2dScan has the same bits with 1 and 2 threads, in a Web Worker of an isolated page, beside %i of TensorFlow.js's own",
    async (tensorflowThreads) => {
      const result = (await runInBrowser({
        module,
        input: { ...input, tensorflowThreads },
        worker: true,
      })) as Result;
      expect(result.simd).toBe(true);
      expect(result.threadedBuild).toBe(tensorflowThreads === 2);
      expect(result.tensorflowThreads.threads).toBe(tensorflowThreads);
      expect(result.report).toEqual({ threads: 2, wanted: 2 });
      expect(result.readyWorkers).toBe(1);
      expect(result.poolCalls[0]).toBe(0);
      expect(result.poolCalls[1]).toBeGreaterThan(0);
      expect(result.same).toEqual(outputs.map(() => true));
      expect(result.tensors).toBe(0);
      expectReference(result);
    },
  );

  it('stays on one thread and says why on a page that is not cross-origin isolated', async () => {
    const options = { ...input, tensorflowThreads: 2 };
    const result = (await runInBrowser({ module, input: options, worker: true, isolated: false })) as Result;
    expect(result.tensorflowThreads).toEqual({
      threads: 1,
      reason: 'the page is not cross-origin isolated (COOP and COEP headers)',
    });
    expect(result.report).toMatchObject({ threads: 1, wanted: 2 });
    expect(result.threadedBuild).toBe(false);
    expect(result.report.reason).toContain('cross-origin isolated (COOP and COEP headers)');
    expect(result.poolCalls).toEqual([0, 0]);
    expectReference(result);
  });

  it("stays on one thread and says why on an isolated page's main thread", async () => {
    const result = (await runInBrowser({ module, input })) as Result;
    expect(result.report).toMatchObject({ threads: 1, wanted: 2 });
    expect(result.report.reason).toContain('run the model in a Web Worker');
    expect(result.poolCalls).toEqual([0, 0]);
    expectReference(result);
  });
});
