import { readFileSync } from 'node:fs';
import { toFloat32, toFloat64 } from '@prismamba/formats';
import { disposeModel, getModel, loadWeights } from '@prismamba/models';
import {
  eachBackend,
  expectRelativeError,
  goldenPath,
  nchwToNhwc,
  nhwcToNchw,
  readGolden,
  type TestBackend,
} from '@prismamba/testing';
import { Adam, l1Loss, polynomialSchedule, predictImage, train, type BatchSource } from '@prismamba/trainer';
import { expect, it } from 'vitest';

/** The trainer against three steps of the official training script (`train3.npz`; drop path was off there). */
export function train3Suite(backends: readonly TestBackend[]): void {
  eachBackend('three training steps of GMSR-Net', steps, { backends });
}

function steps(): void {
  it('losses and output equal those of the official run', async () => {
    const grads = readGolden('gmsr-net/grads.npz');
    const golden = readGolden('gmsr-net/train3.npz');
    const x = grads.get('x')!;
    const [size = 0, , height = 0, width = 0] = x.shape;
    const definition = getModel('gmsr-net');
    const config = definition.config.parse({ drop_path_rate: 0 });
    const model = definition.build(config, { seed: 0 });
    loadWeights(model, definition, config, readFileSync(goldenPath('gmsr-net/weights.pth')));
    const rgb = nchwToNhwc(toFloat32(x), x.shape);
    const cube = nchwToNhwc(toFloat32(grads.get('target')!), grads.get('target')!.shape);
    const batches: BatchSource = {
      batchSize: size,
      stepsPerEpoch: 1,
      batchAt: () => Promise.resolve({ rgb, cube, size, height, width, bands: 31 }),
    };
    const optimizer = new Adam();
    const losses: number[] = [];
    await train({
      model,
      loss: l1Loss,
      optimizer,
      schedule: polynomialSchedule({ learningRate: 1e-4, maxSteps: 1e8 }),
      batches,
      steps: 3,
      seed: 0,
      onStep: ({ loss }) => void losses.push(loss),
    });
    const wanted = toFloat64(golden.get('losses')!);
    expect(losses).toHaveLength(wanted.length);
    losses.forEach((loss, i) => expect(Math.abs(loss - wanted[i]!) / wanted[i]!).toBeLessThan(1e-5));
    expect(size, 'y_after is of one image').toBe(1);
    const { data } = await predictImage(model, { data: rgb, height, width });
    const y = nhwcToNchw(data, [1, height, width, 31]);
    expectRelativeError(y, toFloat32(golden.get('y_after')!), 1e-4, 'y after three steps');
    optimizer.dispose();
    disposeModel(model);
  });
}
