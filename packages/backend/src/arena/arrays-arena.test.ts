import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createArraysArena } from './arrays-arena.js';

describe('the memory of plain arrays', () => {
  it('never gives one byte to two owners, whatever is taken and given back, and has all again in the end', () => {
    const command = fc.record({ bytes: fc.integer({ min: 0, max: 300_000 }), freed: fc.nat() });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const arena = createArraysArena();
        const live: { at: number; bytes: number }[] = [];
        for (const { bytes, freed } of commands) {
          if (freed % 3 === 0 && live.length > 0) {
            arena.free(live.splice(freed % live.length, 1)[0]!.at);
          } else {
            const at = arena.malloc(bytes);
            expect(at % 16).toBe(0);
            expect(at).toBeGreaterThan(0);
            expect(at + bytes).toBeLessThanOrEqual(arena.memory.buffer.byteLength);
            for (const other of live) {
              expect(at + bytes <= other.at || other.at + other.bytes <= at).toBe(true);
            }
            live.push({ at, bytes: Math.max(bytes, 1) });
          }
        }
        for (const { at } of live) arena.free(at);
        expect(arena.report().scratchBytes).toBe(0);
        // One block again: everything below the end can be taken at once, without growing.
        const { memoryBytes } = arena.report();
        arena.free(arena.malloc(memoryBytes - 1024));
        expect(arena.report().memoryBytes).toBe(memoryBytes);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses pointers that it did not give, and says when there is no room', () => {
    const arena = createArraysArena();
    const at = arena.malloc(8);
    arena.free(at);
    expect(() => arena.free(at)).toThrow('is not a pointer from malloc, or was freed before');
    expect(() => arena.malloc(2 ** 33)).toThrow('no room for 8192 MB');
    expect(() => arena.makeOutput([1], 'float32')).toThrow('inside of use() only');
  });

  it('frees what a failed call took', () => {
    const arena = createArraysArena();
    const big = { data: new Float32Array(2 ** 18).fill(7), shape: [2 ** 18] };
    const fail = () =>
      arena.use(({ put }) => {
        put(big);
        throw new Error('in between');
      });
    expect(fail).toThrow('in between');
    const { memoryBytes } = arena.report();
    for (let i = 0; i < 20; i++) expect(fail).toThrow('in between');
    expect(arena.report().memoryBytes).toBe(memoryBytes);
    expect(arena.use(({ put, take }) => take(put(big))).every((value) => value === 7)).toBe(true);
  });
});
