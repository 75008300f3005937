import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { makeFolder } from '@prismamba/formats/node';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writePng } from '@prismamba/formats';
import { encodeEvent, EVENT_FILE_VERSION, type TensorboardEvent } from '@prismamba/formats/internal';
import { histogramOf } from './histogram.js';

/** 8-bit pixels, row-major, channels last. */
export interface LoggedImage {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
}

/** A TensorBoard event file that is being written. */
export interface TensorboardLog {
  readonly path: string;
  scalar(tag: string, value: number, step: number): void;
  image(tag: string, image: LoggedImage, step: number): void;
  /** Values of a weight, a gradient, an activation. */
  histogram(tag: string, values: ArrayLike<number>, step: number): void;
  close(): void;
}

export interface TensorboardOptions {
  /** Steps done before: what older files of the folder say of later steps is taken back (a resumed run). */
  readonly startStep?: number;
  readonly now?: () => Date;
}

/**
 * Opens a new event file in `folder`, as TensorBoard expects it (`tensorboard --logdir FOLDER`). Each record is written whole
 * or taken back, so that a full disk leaves a readable file.
 */
export function openTensorboard(folder: string, options: TensorboardOptions = {}): TensorboardLog {
  const { startStep = 0, now = () => new Date() } = options;
  makeFolder(folder);
  const seconds = () => now().getTime() / 1000;
  const name = `events.out.tfevents.${Math.floor(seconds())}.${hostname()}.${process.pid}.${process.hrtime.bigint()}`;
  const path = join(folder, name);
  const file = openSync(path, 'ax');
  const write = (event: TensorboardEvent) => {
    const record = encodeEvent(event);
    const before = fstatSync(file).size;
    try {
      for (let written = 0; written < record.length;) written += writeSync(file, record, written);
    } catch (cause) {
      ftruncateSync(file, before);
      throw new Error(
        `openTensorboard: cannot write '${path}': ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  };
  write({ wallTime: seconds(), step: 0, version: EVENT_FILE_VERSION });
  if (startStep > 0) write({ wallTime: seconds(), step: startStep + 1, start: true });
  return {
    path,
    scalar: (tag, scalar, step) => write({ wallTime: seconds(), step, values: [{ tag, scalar }] }),
    image: (tag, { data, height, width, channels }, step) => {
      const png = writePng({ data, height, width, channels, bitDepth: 8 });
      write({ wallTime: seconds(), step, values: [{ tag, png, height, width, channels }] });
    },
    histogram: (tag, values, step) =>
      write({ wallTime: seconds(), step, values: [{ tag, histogram: histogramOf(values) }] }),
    close: () => closeSync(file),
  };
}
