/** The learning rate of a step, counted from 0. A pure function, so that a resumed run needs no state of it. */
export type Schedule = (step: number) => number;

/** @throws unless `value` is a finite number above 0. */
export function requirePositive(name: string, argument: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) {
    throw new RangeError(`${name}: ${argument} is ${value}, wanted a finite number above 0`);
  }
}
