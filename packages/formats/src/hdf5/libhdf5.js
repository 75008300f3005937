/** A failure in one of very many nested calls is long enough. */
const LONGEST_MESSAGE = 2 ** 16;
const STANDARD_ERROR = 2;
const CHARACTER_DEVICE = 0o20000;
/**
 * libhdf5 as h5wasm has it, whose failures leave as little behind as can be. Its error handler throws a JavaScript exception
 * through the frames of WebAssembly: without this class, 1 KB of a stack of 2 MB is lost, the temporary file with the message
 * stays open, and so does, for libhdf5, the file that was read. Two thousand failures would be the end of the process, and a
 * file that takes the place of a damaged one would be shown as that one.
 */
export class Libhdf5 {
    build;
    Dataset;
    Group;
    opened = 0;
    constructor(build) {
        this.build = build;
        build.module.activate_throwing_error_handler();
        this.Dataset = build.Dataset;
        this.Group = build.Group;
        const { FS } = build.module;
        const fstat = FS.fstat.bind(FS);
        // A file that libhdf5 has not closed is known to it by its inode, and would be shown in place of what now lies there.
        FS.fstat = (fd) => Object.assign(fstat(fd), { ino: ++this.opened });
    }
    /** Opens a file for reading; `close` closes it, whatever has failed in between. */
    open(path) {
        const before = this.streams();
        const file = this.run(() => new this.build.File(path, 'r'));
        const mine = this.streams().filter((stream) => !before.includes(stream));
        return {
            file,
            close: () => {
                this.run(() => file.close());
                this.closeAll(mine);
            },
        };
    }
    /** Calls libhdf5. @throws what it throws, after its stack and its files are as they were */
    run(action) {
        const before = this.streams();
        let outcome;
        // Of all that Emscripten exports, `ccall` alone puts the stack back, to where it was before it looked at its arguments.
        const argument = {
            get length() {
                outcome ??= attempt(action);
                return 0;
            },
        };
        this.build.module.ccall('htonl', 'number', ['array'], [argument]);
        try {
            return outcome();
        }
        catch (error) {
            this.closeAll(this.streams().filter((stream) => !before.includes(stream)));
            throw error;
        }
    }
    /**
     * As {@link run}, for the reading of values, which h5wasm ends in order when something fails: libhdf5 prints it instead of
     * throwing, and nothing that was opened stays open.
     */
    read(action) {
        const { module } = this.build;
        const { streams } = module.FS;
        const printer = streams[STANDARD_ERROR];
        let message = '';
        streams[STANDARD_ERROR] = Object.assign(Object.create(printer), {
            // In the build for Node, standard error is no file of Emscripten's.
            node: 'node' in printer && printer.node !== undefined ? printer.node : { mode: CHARACTER_DEVICE },
            stream_ops: {
                write: (_, bytes, offset, length) => {
                    if (message.length < LONGEST_MESSAGE)
                        message += String.fromCharCode(...bytes.subarray(offset, offset + length));
                    return length;
                },
            },
        });
        module.deactivate_throwing_error_handler();
        try {
            const value = this.run(action);
            if (message !== '')
                throw new Error(message);
            return value;
        }
        finally {
            module.activate_throwing_error_handler();
            streams[STANDARD_ERROR] = printer;
        }
    }
    streams() {
        return this.build.module.FS.streams.filter((stream) => stream !== null && stream !== undefined);
    }
    closeAll(streams) {
        for (const stream of streams) {
            if (this.build.module.FS.streams.includes(stream))
                this.build.module.FS.close(stream);
        }
    }
}
function attempt(action) {
    try {
        const value = action();
        return () => value;
    }
    catch (error) {
        return () => {
            throw error;
        };
    }
}
