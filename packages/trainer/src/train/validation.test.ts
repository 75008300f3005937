import type * as tf from '@tensorflow/tfjs-core';
import { eachBackend, expectClose } from '@prismamba/testing';
import { expect, it } from 'vitest';
import { WeightAverage } from '../average/weight-average.js';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  restoreCheckpoint,
  type Checkpoint,
} from '../checkpoint/checkpoint.js';
import { l1Loss } from '../losses/l1-loss.js';
import { weightedLoss } from '../losses/weighted-loss.js';
import { Adam } from '../optimizer/adam.js';
import { constantSchedule } from '../schedules/constant-schedule.js';
import { smallBatches, smallModel } from '../testing/small-model.js';
import { train, type StepRecord, type TrainOptions } from './train.js';
import type { ValidationRecord } from './validation.js';

const schedule = constantSchedule(1e-2);

function setUp(options: Partial<TrainOptions> = {}) {
  const model = smallModel();
  const optimizer = new Adam();
  const base = { model, loss: l1Loss, optimizer, schedule, batches: smallBatches(), steps: 8, seed: 5 };
  const end = () => {
    optimizer.dispose();
    model.dispose();
    options.average?.dispose();
  };
  return { model, optimizer, run: () => train({ ...base, ...options }), end };
}

const weightsOf = async (model: { weights: readonly { read(): tf.Tensor }[] }) =>
  Promise.all(model.weights.map(async (weight) => [...(await weight.read().data())]));

eachBackend(
  'training with validation and average',
  () => {
    it('validates the averaged weights, names the best, and stops after `patience` without a better one', async () => {
      const average = new WeightAverage({ decay: 0.5 });
      const scores = [3, 5, 4, 4.5, 6];
      const records: ValidationRecord[] = [];
      const lent: number[] = [];
      const { model, run, end } = setUp({
        steps: 20,
        average,
        validation: {
          every: 2,
          metric: 'psnr',
          mode: 'max',
          patience: 2,
          run: async (step) => {
            const held = (await average.state()).averages.get(model.weights[0]!.originalName)!;
            expectClose([...(await model.weights[0]!.read().data())], held.data as Float32Array);
            lent.push(step);
            return { psnr: scores[step / 2 - 1]! };
          },
        },
        onValidation: (record) => void records.push(record),
      });
      const result = await run();
      expect(lent).toEqual([2, 4, 6, 8]);
      expect(records.map(({ isBest }) => isBest)).toEqual([true, true, false, false]);
      expect(result).toMatchObject({
        step: 8,
        outcome: 'stopped early',
        validation: { best: 5, bestStep: 4, sinceBest: 2 },
      });
      end();
    });

    it('a resumed run has the same weights, average and best as an uninterrupted one', async () => {
      const options = (average: WeightAverage): Partial<TrainOptions> => ({
        average,
        steps: 9,
        validation: {
          every: 2,
          metric: 'v',
          mode: 'min',
          run: (step) => Promise.resolve({ v: (step - 4) ** 2 }),
        },
      });
      const wholeAverage = new WeightAverage({ decay: 0.9 });
      const files: Uint8Array[] = [];
      const whole = setUp({
        ...options(wholeAverage),
        checkpointEvery: 5,
        saveCheckpoint: (checkpoint: Checkpoint) => {
          files.push(encodeCheckpoint(checkpoint));
          return 'file';
        },
      });
      const wholeResult = await whole.run();

      const checkpoint = decodeCheckpoint(files[0]!);
      expect(checkpoint.validation).toEqual({ best: 0, bestStep: 4, sinceBest: 0 });
      const average = new WeightAverage({ decay: 0.9 });
      average.restore(checkpoint.average!);
      const resumed = setUp({
        ...options(average),
        startStep: checkpoint.step,
        startValidation: checkpoint.validation!,
      });
      restoreCheckpoint(resumed.model, resumed.optimizer, checkpoint);
      const result = await resumed.run();
      expect(await weightsOf(resumed.model)).toEqual(await weightsOf(whole.model));
      expect(await average.state()).toEqual(await wholeAverage.state());
      expect(result.validation).toEqual(wholeResult.validation);
      whole.end();
      resumed.end();
    });

    it('explains a metric that is missing and one that is NaN', async () => {
      const rule = async (value: Record<string, number>) => {
        const validation = {
          every: 1,
          metric: 'psnr',
          mode: 'max',
          run: () => Promise.resolve(value),
        } as const;
        const { run, end } = setUp({ validation });
        await run().finally(end);
      };
      await expect(rule({ sam: 1 })).rejects.toThrow("validation has no 'psnr'; it gave sam");
      await expect(rule({ psnr: Number.NaN })).rejects.toThrow(
        "'psnr' of the validation after step 1 is NaN",
      );
    });

    it('a batch in parts gives the step of the whole batch to 1e-6', async () => {
      const whole = setUp();
      await whole.run();
      for (const microBatch of [1, 2]) {
        const parts = setUp({ microBatch });
        await parts.run();
        const [a, b] = [await weightsOf(whole.model), await weightsOf(parts.model)];
        a.forEach((values, i) => expectClose(b[i]!, values, { rtol: 1e-5, atol: 1e-6 }));
        parts.end();
      }
      whole.end();
      const none = setUp({ microBatch: 0 });
      await expect(none.run()).rejects.toThrow('microBatch is 0');
      none.end();
    });

    it('stops at a loss that has diverged, naming the patches, and logs the terms of a loss', async () => {
      const records: StepRecord[] = [];
      const batches = smallBatches();
      const named = {
        ...batches,
        batchAt: async (step: number) => {
          const batch = await batches.batchAt(step);
          const cube = step === 3 ? batch.cube.map((v) => v + 100) : batch.cube;
          return { ...batch, cube, patches: [{ scene: 'beads', row: 4, column: 8 }] };
        },
      };
      const loss = weightedLoss([
        { name: 'l1', weight: 0.5, loss: l1Loss },
        { name: 'again', weight: 0.5, loss: l1Loss },
      ]);
      const { run, end } = setUp({
        batches: named,
        loss,
        divergenceFactor: 10,
        onStep: (record) => void records.push(record),
      });
      await expect(run()).rejects.toThrow(
        /loss of step 4 is .* more than 10 times the lowest .* The batch: beads \(row 4, column 8\)\./,
      );
      expect(records).toHaveLength(3);
      expect(records[0]!.terms!['l1']).toBeCloseTo(records[0]!.loss, 6);
      loss.dispose();
      end();
    });
  },
  { backends: ['cpu', 'wasm'] },
);
