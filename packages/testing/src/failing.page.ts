/** What the test of the harness asks of a page: give a value back, throw it, or never end. */
export function run({ how, value }: { how: 'return' | 'throw' | 'wait'; value: string }): Promise<unknown> {
  if (how === 'throw') throw new TypeError(value);
  const isolated = crossOriginIsolated;
  return how === 'wait'
    ? new Promise(() => undefined)
    : Promise.resolve({ value, isolated, worker: typeof document === 'undefined' });
}
