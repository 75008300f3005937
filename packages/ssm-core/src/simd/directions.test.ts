import { arraysArena, withScratch } from '@prismamba/backend/arena';
import { describe, expect, it } from 'vitest';
import {
  DIRECTIONS,
  runBackward,
  runForward,
  scanMap,
  type BackwardItem,
  type DirectionScan,
  type ForwardItem,
} from './directions.wasm.js';

/* Which memory each call of a scan's kernel gets, by a scan whose kernel writes its calls down. */

const arena = arraysArena();
const batch = 3;
const shape = [5, 40, 6] as const;
const [tokens, imageBytes] = [200, 4 * 5 * 40 * 6];
const CHUNKS = 4;
const sizes = { stateBytes: 4096, carryBytes: 64, packBytes: 128, scratchBytes: 256 };

interface Seen {
  readonly packs: Map<number, number>;
  readonly calls: (ForwardItem | BackwardItem)[];
}

function recorder(onCall: (item: ForwardItem | BackwardItem) => void = () => undefined) {
  const seen: Seen = { packs: new Map(), calls: [] };
  const note = (items: readonly (ForwardItem | BackwardItem)[]) =>
    items.forEach((item) => {
      seen.calls.push(item);
      onCall(item);
    });
  const scan: DirectionScan = {
    arena,
    batch,
    shape,
    ...sizes,
    pack: (direction, pack) => seen.packs.set(direction, pack),
    forward: note,
    backward: note,
    addInOrder: () => undefined,
  };
  return { seen, scan };
}

const imageOf = (item: { readonly x: number }, x: number) => (item.x - x) / imageBytes;

/** Every direction of every image does all of its chunks once, with parameters, states and a carry of its own. */
function check({ seen, x, states }: { seen: Seen; x: number; states: number }): void {
  const units = new Map<number, (ForwardItem | BackwardItem)[]>();
  for (const item of seen.calls) {
    const unit = 4 * imageOf(item, x) + item.direction;
    units.set(unit, [...(units.get(unit) ?? []), item]);
  }
  expect([...units.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 4 * batch }, (_, i) => i));
  const carries = new Set<number>();
  for (const [unit, items] of units) {
    const chunks = items.flatMap(({ first, end }) =>
      Array.from({ length: end - first }, (_, i) => first + i),
    );
    expect(chunks.sort((a, b) => a - b)).toEqual(Array.from({ length: CHUNKS }, (_, i) => i));
    const carry = new Set(items.map((item) => item.carry));
    expect(carry.size).toBe(1);
    carries.add([...carry][0]!);
    for (const item of items) {
      expect(item.pack).toBe(seen.packs.get(unit % 4));
      expect(item.states).toBe(states === 0 ? 0 : states + unit * sizes.stateBytes);
    }
  }
  const spread = [...carries].sort((a, b) => a - b);
  expect(spread).toHaveLength(4 * batch);
  spread.slice(1).forEach((carry, i) => expect(carry - spread[i]!).toBe(sizes.carryBytes));
  const packs = DIRECTIONS.map((k) => seen.packs.get(k)!);
  packs.slice(1).forEach((pack, i) => expect(pack - packs[i]!).toBe(sizes.packBytes));
}

describe('the scans of three images in four directions', () => {
  it.each([0, 2 ** 20])('forward, states at %d (0: none are kept)', (states) => {
    const { seen, scan } = recorder();
    withScratch(arena, [batch * imageBytes], (y) => {
      runForward(scan, { x: 2 ** 21, y, states });
      for (const item of seen.calls as ForwardItem[])
        expect(item.y).toBe(y + imageOf(item, 2 ** 21) * imageBytes);
    });
    check({ seen, x: 2 ** 21, states });
    expect(arena.report().scratchBytes).toBe(0);
  });

  it('backward: each image adds to sums of its own, which are added in the end', () => {
    const [x, dy, states] = [2 ** 21, 2 ** 22, 2 ** 20];
    const sums = new Set<number>();
    const { seen, scan } = recorder((item) => {
      const values = new Float32Array(arena.memory.buffer, (item as BackwardItem).dPack, sizes.packBytes / 4);
      // An image's own number, as often as chunks of it are done.
      for (let i = 0; i < values.length; i++)
        values[i]! += (item.end - item.first) * 10 ** imageOf(item, x) * (1 + item.direction);
      sums.add((item as BackwardItem).dPack);
    });
    const unpacked: number[] = [];
    withScratch(arena, [batch * imageBytes], (dx) => {
      runBackward(scan, { x, dy, states, dx }, (direction, { pack, dPack }) => {
        expect(pack).toBe(seen.packs.get(direction));
        const values = new Float32Array(arena.memory.buffer, dPack, sizes.packBytes / 4);
        expect(new Set(values)).toEqual(new Set([CHUNKS * 111 * (1 + direction)]));
        unpacked.push(direction);
      });
      for (const item of seen.calls as BackwardItem[]) {
        expect(item.dx).toBe(dx + imageOf(item, x) * imageBytes);
        expect(item.dy).toBe(dy + imageOf(item, x) * imageBytes);
      }
    });
    expect(unpacked).toEqual([...DIRECTIONS]);
    expect(sums.size).toBe(4 * batch);
    check({ seen, x, states });
  });

  it('scanMap keeps the states of each image and direction where it records, and none else', () => {
    for (const recording of [true, false]) {
      const { seen, scan } = recorder();
      arena.use(({ put }) => {
        const x = put({ data: new Float32Array(batch * tokens * 6), shape: [batch, ...shape] });
        const { y, states } = scanMap(scan, x, recording);
        expect(y.shape).toEqual([batch, ...shape]);
        expect(states?.shape).toEqual(recording ? [batch, 4, sizes.stateBytes / 4] : undefined);
        check({ seen, x: arena.pointer(x), states: states === undefined ? 0 : arena.pointer(states) });
      });
    }
  });
});
