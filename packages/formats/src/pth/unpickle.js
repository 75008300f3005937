import { ByteReader } from '../byte-reader.js';
import { readLine, readLong, readText } from './pickle-literals.js';
import { PickleStack } from './pickle-stack.js';
import { ALLOWED_GLOBALS, GlobalRef, isData, PthUnread, } from './pickle-values.js';
const HIGHEST_PROTOCOL = 5;
/**
 * Runs the pickle virtual machine for the opcodes that `torch.save` writes (protocols 2 to 5), without
 * the machine's teeth: nothing is imported, looked up or called. What a global that is not in
 * {@link ALLOWED_GLOBALS} would make becomes a {@link PthUnread}; a pickle that is nothing else is refused. Opcodes as in Python's `pickletools`.
 */
export function unpickle(bytes, name, host) {
    const unpickler = new Unpickler(bytes, name, host);
    try {
        return unpickler.run();
    }
    catch (cause) {
        // A Map holds 2^24 entries at most; only a hostile file wants more.
        if (cause instanceof RangeError)
            throw unpickler.fail(`the pickle is too large (${cause.message})`);
        throw cause;
    }
}
class Unpickler {
    reader;
    host;
    stack;
    at = 0;
    constructor(bytes, name, host) {
        this.reader = new ByteReader(bytes, name);
        this.host = host;
        this.stack = new PickleStack(this.fail);
    }
    run() {
        for (;;) {
            this.at = this.reader.offset;
            const opcode = this.reader.uint8('the pickle');
            if (opcode === 0x2e /* STOP */)
                return this.result();
            this.step(opcode);
        }
    }
    fail = (problem, expected, fix) => this.reader.error(problem, expected, fix, this.at);
    result() {
        const value = this.stack.pop();
        if (value instanceof PthUnread)
            throw this.notAllowed(value);
        if (!isData(value)) {
            throw this.fail('the pickle holds a type or a bare storage', 'tensors, numbers, strings, lists and dictionaries');
        }
        return value;
    }
    step(opcode) {
        const { reader, stack } = this;
        switch (opcode) {
            case 0x80: {
                // PROTO
                const protocol = reader.uint8('the pickle protocol');
                if (protocol > HIGHEST_PROTOCOL)
                    throw this.fail(`pickle protocol ${String(protocol)}`, 'at most 5');
                return;
            }
            case 0x95: // FRAME
                reader.uint64('a pickle frame');
                return;
            case 0x4e: // NONE
                stack.push(null);
                return;
            case 0x88: // NEWTRUE
                stack.push(true);
                return;
            case 0x89: // NEWFALSE
                stack.push(false);
                return;
            case 0x4b: // BININT1
                stack.push(reader.uint8('an integer'));
                return;
            case 0x4d: // BININT2
                stack.push(reader.uint16('an integer'));
                return;
            case 0x4a: // BININT
                stack.push(reader.int32('an integer'));
                return;
            case 0x8a: // LONG1
                stack.push(readLong(reader, this.fail, reader.uint8('an integer')));
                return;
            case 0x8b: // LONG4
                stack.push(readLong(reader, this.fail, reader.uint32('an integer')));
                return;
            case 0x47: {
                // BINFLOAT: big-endian, unlike all else
                const raw = reader.take(8, 'a float');
                stack.push(new DataView(raw.buffer, raw.byteOffset, 8).getFloat64(0));
                return;
            }
            case 0x8c: // SHORT_BINUNICODE
                stack.push(readText(reader, reader.uint8('a string')));
                return;
            case 0x58: // BINUNICODE
                stack.push(readText(reader, reader.uint32('a string')));
                return;
            case 0x8d: // BINUNICODE8
                stack.push(readText(reader, reader.uint64('a string')));
                return;
            case 0x43: // SHORT_BINBYTES
                stack.push(reader.take(reader.uint8('bytes'), 'bytes').slice());
                return;
            case 0x42: // BINBYTES
                stack.push(reader.take(reader.uint32('bytes'), 'bytes').slice());
                return;
            case 0x28: // MARK
                stack.mark();
                return;
            case 0x30: // POP
                this.stack.pop();
                return;
            case 0x31: // POP_MARK
                this.stack.popMark();
                return;
            case 0x32: // DUP
                stack.push(this.stack.top());
                return;
            case 0x29: // EMPTY_TUPLE
            case 0x5d: // EMPTY_LIST
                stack.push([]);
                return;
            case 0x85: // TUPLE1
            case 0x86: // TUPLE2
            case 0x87: // TUPLE3
                this.tuple(opcode - 0x84);
                return;
            case 0x74: // TUPLE
            case 0x6c: {
                // LIST
                const items = this.stack.popMark();
                this.stack.push(items);
                return;
            }
            case 0x7d: // EMPTY_DICT
                stack.push(new Map());
                return;
            case 0x64: {
                // DICT
                const items = this.stack.popMark();
                const dict = new Map();
                this.fill(dict, items);
                this.stack.push(dict);
                return;
            }
            case 0x8f: // EMPTY_SET
                stack.push(new PthUnread('builtins.set', this.at));
                return;
            case 0x91: // FROZENSET
                stack.popMark();
                stack.push(new PthUnread('builtins.frozenset', this.at));
                return;
            case 0x61: // APPEND
                this.append([stack.pop()]);
                return;
            case 0x65: // APPENDS
            case 0x90: // ADDITEMS
                this.append(stack.popMark());
                return;
            case 0x73: {
                // SETITEM
                const value = this.stack.pop();
                const key = this.stack.pop();
                this.setItems([key, value]);
                return;
            }
            case 0x75: // SETITEMS
                this.setItems(this.stack.popMark());
                return;
            case 0x71: // BINPUT
                stack.remember(reader.uint8('a memo index'));
                return;
            case 0x72: // LONG_BINPUT
                stack.remember(reader.uint32('a memo index'));
                return;
            case 0x94: // MEMOIZE
                stack.remember(stack.remembered);
                return;
            case 0x68: // BINGET
                stack.push(stack.recall(reader.uint8('a memo index')));
                return;
            case 0x6a: // LONG_BINGET
                stack.push(stack.recall(reader.uint32('a memo index')));
                return;
            case 0x63: {
                // GLOBAL
                const module = readLine(reader);
                stack.push(this.global(module, readLine(reader)));
                return;
            }
            case 0x93: {
                // STACK_GLOBAL
                const attribute = this.stack.pop();
                const module = this.stack.pop();
                if (typeof module !== 'string' || typeof attribute !== 'string')
                    throw this.fail('a global without a name', 'two strings');
                stack.push(this.global(module, attribute));
                return;
            }
            case 0x51: {
                // BINPERSID
                const id = this.stack.pop();
                if (!Array.isArray(id))
                    throw this.fail('a persistent id of another kind', "('storage', type, key, location, length)");
                stack.push(this.host.storage(id, this.fail));
                return;
            }
            case 0x52: {
                // REDUCE
                const args = this.stack.pop();
                const callee = this.stack.pop();
                if (!Array.isArray(args))
                    throw this.fail('arguments that are no tuple', 'a tuple');
                stack.push(this.call(callee, args));
                return;
            }
            case 0x81: // NEWOBJ
            case 0x92: {
                // NEWOBJ_EX
                if (opcode === 0x92)
                    this.stack.pop();
                this.stack.pop();
                const type = this.stack.pop();
                if (!(type instanceof PthUnread))
                    throw this.fail('a new object of a known kind', 'a call of it');
                stack.push(type);
                return;
            }
            case 0x62: {
                // BUILD: state_dict() carries its _metadata as an attribute, which is no data
                this.stack.pop();
                if (!(this.stack.top() instanceof Map || this.stack.top() instanceof PthUnread))
                    throw this.fail('attributes for something that is no OrderedDict', 'an OrderedDict');
                return;
            }
            default: {
                const hex = opcode.toString(16).padStart(2, '0');
                throw this.fail(`pickle opcode 0x${hex}`, 'only what torch.save writes for tensors, numbers, strings, lists and dictionaries', 'Save the state dict: torch.save(model.state_dict(), path)');
            }
        }
    }
    call(callee, args) {
        if (callee instanceof PthUnread)
            return callee;
        if (!(callee instanceof GlobalRef))
            throw this.fail('a call of something that is no global', 'an allowed global');
        switch (callee.global.kind) {
            case 'OrderedDict':
                // Python 3 fills it afterwards, with SETITEMS.
                if (args.length > 0)
                    throw this.fail('OrderedDict with arguments', 'OrderedDict()');
                return new Map();
            case 'Size': {
                const [extents] = args;
                if (!Array.isArray(extents))
                    throw this.fail('torch.Size of something that is no tuple', 'a tuple');
                return extents;
            }
            case 'rebuildTensor':
                return this.host.tensor(args, this.fail);
            case 'rebuildParameter': {
                const [data] = args;
                if (data === undefined)
                    throw this.fail('_rebuild_parameter without a tensor', 'a tensor');
                return data;
            }
            case 'storage':
                throw this.fail(`a call of ${callee.name}`, 'a storage type that is only named');
        }
    }
    global(module, attribute) {
        const name = `${module}.${attribute}`;
        const global = ALLOWED_GLOBALS.get(name);
        return global === undefined ? new PthUnread(name, this.at) : new GlobalRef(name, global);
    }
    notAllowed({ name, offset }) {
        return this.reader.error(`the pickle asks for the global '${name}', which is not allowed (nothing was executed)`, `one of ${[...ALLOWED_GLOBALS.keys()].join(', ')}`, 'If you trust the file, load it in PyTorch and save only tensors: torch.save(model.state_dict(), path)', offset);
    }
    append(items) {
        const top = this.stack.top();
        if (top instanceof PthUnread)
            return;
        if (!Array.isArray(top))
            throw this.fail('items for something that is no list', 'a list');
        for (const item of items)
            top.push(item);
    }
    setItems(items) {
        const top = this.stack.top();
        if (top instanceof PthUnread)
            return;
        if (!(top instanceof Map))
            throw this.fail('items for something that is no dictionary', 'a dictionary');
        this.fill(top, items);
    }
    fill(dict, items) {
        if (items.length % 2 !== 0)
            throw this.fail('a key without a value', 'pairs');
        for (let i = 0; i < items.length; i += 2) {
            const key = items[i];
            if (key instanceof PthUnread) {
                // A key that is not read has no name to stand under: its value is not read either.
                dict.set(`(a key of ${key.name})`, key);
                continue;
            }
            if (key !== null && typeof key === 'object')
                throw this.fail('a dictionary key that is no number or string', 'a number or a string');
            dict.set(key, items[i + 1]);
        }
    }
    tuple(length) {
        const items = [];
        for (let i = 0; i < length; i++)
            items.unshift(this.stack.pop());
        this.stack.push(items);
    }
}
