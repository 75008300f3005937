/** Values that one pickle may make: a checkpoint has some thousands, and each takes up to 300 bytes. */
const MOST_VALUES = 2 ** 20;
/** Stack, marks and memo of the pickle virtual machine; every access is checked. */
export class PickleStack {
    fail;
    values = [];
    below = [];
    memo = new Map();
    made = 0;
    constructor(fail) {
        this.fail = fail;
    }
    push(value) {
        this.count();
        this.values.push(value);
    }
    pop() {
        const value = this.values.pop();
        if (value === undefined)
            throw this.fail('the pickle takes from an empty stack', 'a value');
        return value;
    }
    top() {
        const value = this.values.at(-1);
        if (value === undefined)
            throw this.fail('the pickle takes from an empty stack', 'a value');
        return value;
    }
    /** Marks and memo entries take memory too. */
    count() {
        if (++this.made <= MOST_VALUES)
            return;
        throw this.fail(`the pickle makes more than ${String(MOST_VALUES)} values`, 'tensors, and not lists of millions of numbers beside them', 'Save the state dict alone: torch.save(model.state_dict(), path)');
    }
    /** Starts a group of values. */
    mark() {
        this.count();
        this.below.push(this.values);
        this.values = [];
    }
    /** Ends the group: takes all values since the last mark. */
    popMark() {
        const items = this.values;
        const below = this.below.pop();
        if (below === undefined)
            throw this.fail('the pickle has no mark here', 'a mark');
        this.values = below;
        return items;
    }
    /** How many values the memo holds: the next index of MEMOIZE. */
    get remembered() {
        return this.memo.size;
    }
    remember(index) {
        this.count();
        this.memo.set(index, this.top());
    }
    recall(index) {
        const value = this.memo.get(index);
        if (value === undefined)
            throw this.fail(`memo entry ${String(index)} was never written`, 'an earlier entry');
        return value;
    }
}
