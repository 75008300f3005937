import { tensorflowThreads } from '@prismamba/backend';
import { kernelPool } from '@prismamba/backend/internal';

/** Threads that shared the work of this process so far: of our kernels, or of TensorFlow.js's own operators if those are more. */
export const threadsRan = (): number =>
  Math.max(kernelPool()?.report().threads ?? 1, tensorflowThreads().threads);
