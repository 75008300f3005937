import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { createEngine } from './engine.js';
import type { Request, Response } from './messages.js';

const send = (response: Response, transfer: Transferable[] = []) => self.postMessage(response, { transfer });
const wasmPaths = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threadedSimd,
};
const engine = createEngine(
  wasmPaths,
  (done, total) => send({ progress: { done, total } }),
  (compute) => send({ compute }),
);

/** What moves to the page in place of being copied. */
function transferable(answer: unknown): Transferable[] {
  if (Array.isArray(answer)) return answer.flatMap(transferable);
  if (typeof answer !== 'object' || answer === null) return [];
  if ('bitmap' in answer) return [answer.bitmap as ImageBitmap];
  return 'bytes' in answer ? [(answer.bytes as Uint8Array<ArrayBuffer>).buffer] : [];
}

/** Said in the words of the page where the browser's own say little. */
function explain(error: Error): string {
  if (error instanceof RangeError && /allocation|array (buffer )?length|memory/i.test(error.message)) {
    return `Too little memory for this picture (${error.message}). Choose a smaller “largest picture”, or close other tabs.`;
  }
  return error.message;
}

self.onmessage = async ({ data: { id, name, argument } }: MessageEvent<Request>) => {
  try {
    const answer: unknown = await (engine[name] as (argument: unknown) => unknown)(argument);
    send({ id, answer }, transferable(answer));
  } catch (caught) {
    const error = caught instanceof Error ? caught : new Error(String(caught));
    send({ id, error: { message: explain(error), aborted: error.name === 'AbortError' } });
  }
};
