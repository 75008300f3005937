import type { StackValue } from './pickle-values.js';

/** Makes the error for the opcode that is being run. */
export type Fail = (problem: string, expected?: string, fix?: string) => Error;

/** Values that one pickle may make: a checkpoint has some thousands, and each takes up to 300 bytes. */
const MOST_VALUES = 2 ** 20;

/** Stack, marks and memo of the pickle virtual machine; every access is checked. */
export class PickleStack {
  private values: StackValue[] = [];
  private readonly below: StackValue[][] = [];
  private readonly memo = new Map<number, StackValue>();
  private made = 0;

  constructor(private readonly fail: Fail) {}

  push(value: StackValue): void {
    this.count();
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

  /** Marks and memo entries take memory too. */
  private count(): void {
    if (++this.made <= MOST_VALUES) return;
    throw this.fail(
      `the pickle makes more than ${String(MOST_VALUES)} values`,
      'tensors, and not lists of millions of numbers beside them',
      'Save the state dict alone: torch.save(model.state_dict(), path)',
    );
  }

  /** Starts a group of values. */
  mark(): void {
    this.count();
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
    this.count();
    this.memo.set(index, this.top());
  }

  recall(index: number): StackValue {
    const value = this.memo.get(index);
    if (value === undefined)
      throw this.fail(`memo entry ${String(index)} was never written`, 'an earlier entry');
    return value;
  }
}
