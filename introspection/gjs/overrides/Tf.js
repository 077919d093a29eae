// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

// What JavaScript expects of the classes and functions of namespace Tf, beyond what introspection
// gives: constructors that initialise, promises, arguments left out at the end, `using`, lines, and
// refusing names with a NUL, which would be cut off there. All of it is possible without this file
// too, only less naturally.

/* exported _init */

const {Gio, GLib} = imports.gi;

const CHUNK = 1 << 20;
const LINE = 4096;
const LATER = Symbol('later');

function _fail(code, message) {
    throw new Gio.IOErrorEnum({code, message});
}

function _checkString(value) {
    if (typeof value === 'string' && value.includes('\0')) {
        _fail(Gio.IOErrorEnum.INVALID_FILENAME,
            `Could not use the name ${JSON.stringify(value)}: NUL character`);
    }
}

// A path where a Gio.File is wanted.
function _toFile(value) {
    if (typeof value !== 'string')
        return value;
    _checkString(value);
    if (value === '')
        _fail(Gio.IOErrorEnum.INVALID_ARGUMENT, 'Could not use the path “”: it is empty');
    return Gio.File.new_for_path(value);
}

function _toBytes(value) {
    if (typeof value === 'string')
        value = new TextEncoder().encode(value);
    return value instanceof GLib.Bytes ? value : new GLib.Bytes(value);
}

function _toArray(bytes) {
    return bytes.get_size() === 0 ? new Uint8Array() : bytes.toArray();
}

// The construction properties, with a path for `directory` and without NUL.
function _properties(properties) {
    const result = {...properties};
    if ('directory' in result)
        result.directory = _toFile(result.directory);
    Object.values(result).forEach(_checkString);
    return result;
}

// What is done with arguments before every call: the last ones may be left out.
function _arguments(args, count, defaults, fileAt) {
    const missing = Math.min(count - args.length, defaults.length);
    const result = missing > 0 ? [...args, ...defaults.slice(-missing)] : [...args];
    if (fileAt >= 0)
        result[fileAt] = _toFile(result[fileAt]);
    result.forEach(_checkString);
    return result;
}

// `object[name]` with the defaults for its last arguments; at `fileAt` a Gio.File may be a path.
function _wrap(object, name, defaults, fileAt = -1) {
    const original = object[name];
    object[name] = function (...args) {
        return original.apply(this, _arguments(args, original.length, defaults, fileAt));
    };
}

// The same for an asynchronous function: without a callback it returns a promise.
function _wrapAsync(object, name, finish, defaults, fileAt = -1) {
    const count = object[name].length;
    Gio._promisify(object, name, finish);
    const original = object[name];
    object[name] = function (...args) {
        if (args.length >= count)
            return original.apply(this, _arguments(args, count, [], fileAt));
        try {
            return original.apply(this, _arguments(args, count - 1, defaults, fileAt));
        } catch (error) {
            return Promise.reject(error);
        }
    };
}

// A constructor that also initialises, unless it is given LATER.
function _wrapInit(klass, initialise) {
    const init = klass.prototype._init;
    klass.prototype._init = function (properties = {}, when = null) {
        init.call(this, _properties(properties));
        if (initialise && when !== LATER)
            this.init(null);
    };
}

function _join(chunks) {
    const result = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
    let position = 0;
    for (const chunk of chunks) {
        result.set(chunk, position);
        position += chunk.length;
    }
    return result;
}

// Up to `count` bytes; all to the end when it is negative.
function _read(count = -1, cancellable = null) {
    if (count >= 0)
        return _toArray(this.read_bytes(count, cancellable));
    const chunks = [];
    do
        chunks.push(_toArray(this.read_bytes(CHUNK, cancellable)));
    while (chunks[chunks.length - 1].length === CHUNK);
    return _join(chunks);
}

function _write(data, cancellable = null) {
    const bytes = _toBytes(data);
    const size = bytes.get_size();
    let written = this.write_bytes(bytes, cancellable);
    while (written < size) {
        const rest = bytes.new_from_bytes(written, size - written);
        written += this.write_bytes(rest, cancellable);
    }
    return written;
}

// One line without its end, null at the end of the file. The cursor stays right behind it.
function _readLine(file) {
    const chunks = [];
    for (;;) {
        const chunk = _toArray(file.read_bytes(LINE, null));
        const end = chunk.indexOf(10);
        chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
        if (end >= 0 && end + 1 < chunk.length)
            file.seek(end + 1 - chunk.length, GLib.SeekType.CUR, null);
        if (chunk.length === 0 && chunks.length === 1)
            return null;
        if (chunk.length === 0 || end >= 0)
            return new TextDecoder().decode(_join(chunks));
    }
}

function* _lines() {
    for (let line = _readLine(this); line !== null; line = _readLine(this))
        yield line;
}

function _overrideStream(klass) {
    const proto = klass.prototype;
    const normal = GLib.PRIORITY_DEFAULT;

    _wrap(proto, 'close', [null]);
    _wrap(proto, 'seek', [GLib.SeekType.SET, null]);
    _wrap(proto, 'truncate', [null]);
    _wrap(proto, 'read_bytes', [null]);
    _wrap(proto, 'to_bytes', [null]);
    _wrapAsync(proto, 'close_async', 'close_finish', [normal, null]);
    _wrapAsync(proto, 'persist_async', 'persist_finish', [0, normal, null], 0);
    _wrap(proto, 'persist', [0, null], 0);

    const writeBytes = proto.write_bytes;
    proto.write_bytes = function (bytes, cancellable = null) {
        return writeBytes.call(this, _toBytes(bytes), cancellable);
    };
    proto.read = _read;
    proto.write = _write;
    proto[Symbol.iterator] = _lines;
    if (Symbol.dispose)
        proto[Symbol.dispose] = proto.close;
    if (Symbol.asyncDispose)
        proto[Symbol.asyncDispose] = proto.close_async;
}

function _overrideFile(Tf) {
    const proto = Tf.TemporaryFile.prototype;
    const normal = GLib.PRIORITY_DEFAULT;

    _wrapInit(Tf.TemporaryFile, true);
    _overrideStream(Tf.TemporaryFile);
    _wrap(Tf.TemporaryFile, 'new', [null, null], 0);
    _wrap(Tf.TemporaryFile, 'new_named', [null, null, null, null], 0);
    _wrapAsync(Tf.TemporaryFile, 'create_async', 'create_finish', [normal, null, null], 1);
    _wrapAsync(Tf.TemporaryFile, 'create_named_async', 'create_finish',
        [normal, null, null, null, null], 1);
    _wrap(proto, 'init', [null]);
    _wrapAsync(proto, 'init_async', 'init_finish', [normal, null]);
    _wrap(proto, 'delete', [null]);
    _wrap(proto, 'reopen', [0]);
    _wrap(proto, 'steal_bytes', [null]);
}

function _overrideSpool(Tf) {
    const proto = Tf.SpooledFile.prototype;

    _wrapInit(Tf.SpooledFile, false);
    _overrideStream(Tf.SpooledFile);
    _wrap(Tf.SpooledFile, 'new', [0]);
    _wrap(proto, 'rollover', [null]);
    _wrap(proto, 'steal_file', [null]);
    _wrapAsync(proto, 'rollover_async', 'rollover_finish', [GLib.PRIORITY_DEFAULT, null]);
}

function _overrideDirectory(Tf) {
    const proto = Tf.TemporaryDirectory.prototype;
    const normal = GLib.PRIORITY_DEFAULT;

    _wrapInit(Tf.TemporaryDirectory, true);
    _wrap(Tf.TemporaryDirectory, 'new', [null, null, null, null], 0);
    _wrapAsync(Tf.TemporaryDirectory, 'create_async', 'create_finish',
        [normal, null, null, null, null], 1);
    _wrap(proto, 'init', [null]);
    _wrapAsync(proto, 'init_async', 'init_finish', [normal, null]);
    _wrap(proto, 'get_child', []);
    _wrap(proto, 'create_file', [null, null, null]);
    _wrap(proto, 'cleanup', [null]);
    _wrapAsync(proto, 'cleanup_async', 'cleanup_finish', [normal, null, null]);
    if (Symbol.dispose)
        proto[Symbol.dispose] = proto.cleanup;
    if (Symbol.asyncDispose)
        proto[Symbol.asyncDispose] = proto.cleanup_async;
}

// `func` is given the event and a Gio.File. It refuses by false, or by an exception: a GLib.Error
// goes on as it is, any other becomes a Gio.IOErrorEnum with its text.
function _overrideAudit(Tf) {
    const add = Tf.add_audit_hook;

    Tf.add_audit_hook = function (func) {
        if (typeof func !== 'function')
            throw new TypeError(`not a function: ${func}`);
        return add((event, file) => {
            try {
                return func(event, file) !== false;
            } catch (error) {
                if (!(error instanceof GLib.Error))
                    _fail(Gio.IOErrorEnum.PERMISSION_DENIED, `${error}`);
                throw error;
            }
        });
    };
}

function _init() {
    const Tf = this;

    _overrideAudit(Tf);
    _overrideFile(Tf);
    _overrideSpool(Tf);
    _overrideDirectory(Tf);
    _wrap(Tf, 'mkstemp', [null, null, null]);
    _wrap(Tf, 'mkdtemp', [null, null, null]);
    _wrap(Tf, 'mktemp', [null, null, null]);
    _wrap(Tf, 'make', [null, null, null]);
    _wrap(Tf, 'open_anonymous', [null]);
    _wrap(Tf, 'set_temp_dir', [null]);
    _wrap(Tf, 'set_temp_prefix', [null]);
    _wrap(Tf, 'get_location', [Tf.Location.DEFAULT, 0]);

    const normal = GLib.PRIORITY_DEFAULT;
    _wrap(Tf, 'remove_tree', [0, null, null]);
    _wrap(Tf, 'remove_tree_file', [0, null, null], 0);
    _wrapAsync(Tf, 'remove_tree_async', 'remove_tree_finish', [0, normal, null, null]);
    _wrapAsync(Tf, 'remove_tree_file_async', 'remove_tree_file_finish', [0, normal, null, null], 0);
    _wrap(Tf, 'sweep_orphans', [null, null, 0, null], 0);
    _wrapAsync(Tf, 'sweep_orphans_async', 'sweep_orphans_finish', [null, null, 0, normal, null], 0);

    const text = [null, Tf.Newline.UNIVERSAL, Tf.TextErrors.STRICT];
    _wrap(Tf, 'text_input_stream_new', text);
    _wrap(Tf, 'text_output_stream_new', text);

    // Calls `func` with a temporary directory and cleans it up when its promise is settled.
    Tf.withTemporaryDirectory = async function (func, properties = {}) {
        const dir = new Tf.TemporaryDirectory(properties, LATER);
        await dir.init_async();
        try {
            return await func(dir);
        } finally {
            await dir.cleanup_async();
        }
    };
}
