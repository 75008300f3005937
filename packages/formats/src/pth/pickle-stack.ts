import type { StackValue } from './pickle-values.js';

/** Makes the error for the opcode that is being run. */
export type Fail = (problem: string, expected?: string, fix?: string) => Error;

/** Stack, marks and memo of the pickle virtual machine; every access is checked. */
export class PickleStack {
  private values: StackValue[] = [];
  private readonly below: StackValue[][] = [];
  private readonly memo = new Map<number, StackValue>();

  constructor(private readonly fail: Fail) {}

  push(value: StackValue): void {
    this.values.push(value);
  }

  pop(): StackValue {
    const value = this.values.pop();
    if (value === undefined) throw this.fail('the pickle takes from an empty stack', 'a value');
    return value;
  }

  top(): StackValue {
    const value = this.values.at(-1);
    if (value === undefined) throw this.fail('the pickle takes from an empty stack', 'a value');
    return value;
  }

  /** Starts a group of values. */
  mark(): void {
    this.below.push(this.values);
    this.values = [];
  }

  /** Ends the group: takes all values since the last mark. */
  popMark(): StackValue[] {
    const items = this.values;
    const below = this.below.pop();
    if (below === undefined) throw this.fail('the pickle has no mark here', 'a mark');
    this.values = below;
    return items;
  }

  /** How many values the memo holds: the next index of MEMOIZE. */
  get remembered(): number {
    return this.memo.size;
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): StackValue {
    const value = this.memo.get(index);
    if (value === undefined)
      throw this.fail(`memo entry ${String(index)} was never written`, 'an earlier entry');
    return value;
  }
}
