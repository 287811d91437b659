import { CheckpointError } from '../errors';
import { Op } from './opcodes';
import type { Making } from './tasks';
import {
  CallForm,
  PyBytes,
  PyCall,
  PyDict,
  PyGlobal,
  PyList,
  PyStr,
  PyTuple,
  type PySet,
  type StreamRange,
  type Value,
} from './values';

const noItems = new PyTuple([]);

/** An opcode that takes its operands from the stack. */
function operation(opcode: Op, operands: readonly Value[], hasMark = false): Making {
  return {
    hasMark,
    operands,
    finish(pickler) {
      pickler.opcode(opcode);
    },
  };
}

export function makingOfDict(): Making {
  return operation(Op.EMPTY_DICT, []);
}

export function makingOfCall(call: PyCall): Making {
  switch (call.form) {
    case CallForm.Reduce:
      return operation(Op.REDUCE, [call.callee, call.args]);
    case CallForm.NewObj:
      return operation(Op.NEWOBJ, [call.callee, call.args]);
    case CallForm.NewObjEx:
      return operation(Op.REDUCE, [partialNew(call), noItems]);
    case CallForm.Obj:
      return operation(Op.OBJ, [call.callee, ...itemsOf(call.args)], true);
    case CallForm.Inst:
      return makingOfInstance(call);
    case CallForm.Attribute:
      return attributeName(call) ? makingOfAttribute(call) : operation(Op.REDUCE, [call.callee, call.args]);
  }
}

function itemsOf(args: Value): readonly Value[] {
  if (!(args instanceof PyTuple)) {
    throw new CheckpointError('unsupported', { detail: 'arguments that are no tuple' });
  }
  return args.items;
}

function makingOfInstance(call: PyCall): Making {
  const { callee } = call;
  if (!(callee instanceof PyGlobal)) {
    return operation(Op.OBJ, [callee, ...itemsOf(call.args)], true);
  }
  return {
    hasMark: true,
    operands: itemsOf(call.args),
    finish(pickler) {
      pickler.name(Op.INST, callee);
    },
  };
}

/**
 * Protocol 2 has no NEWOBJ_EX. CPython's way: `functools.partial(cls.__new__, cls, *args, **kwargs)()`, where `partial`
 * itself is reduced to `partial(func)` and the state `(func, args, kwargs, None)`.
 */
function partialNew(call: PyCall): PyCall {
  const newMethod = reduce('__builtin__', 'getattr', [call.callee, new PyStr('__new__')]);
  const partial = reduce('functools', 'partial', [newMethod]);
  const args = new PyTuple([call.callee, ...itemsOf(call.args)]);
  partial.state = new PyTuple([newMethod, args, call.kwargs ?? new PyDict([]), null]);
  return partial;
}

/** `getattr(getattr(Outer, 'Middle'), 'Inner')`, its tuples and all but its last result not memoised. */
function makingOfAttribute(call: PyCall): Making {
  const calls: PyCall[] = [];
  const names: PyStr[] = [];
  let start: Value = call;
  for (let name = attributeName(start); start instanceof PyCall && name; name = attributeName(start)) {
    calls.unshift(start);
    names.unshift(name);
    start = itemsOf(start.args)[0] ?? null;
  }
  const callees = calls.map(({ callee }) => callee);
  return {
    operands: start instanceof PyGlobal ? callees : [...callees, start],
    finish(pickler) {
      if (start instanceof PyGlobal) {
        pickler.name(Op.GLOBAL, start);
      }
      for (const name of names) {
        pickler.save(name);
        pickler.opcode(Op.TUPLE2);
        pickler.opcode(Op.REDUCE);
      }
    },
  };
}

/** Undefined for what is no such lookup. */
function attributeName(value: Value): PyStr | undefined {
  if (!(value instanceof PyCall) || value.form !== CallForm.Attribute) {
    return undefined;
  }
  const [, name, ...rest] = itemsOf(value.args);
  return name instanceof PyStr && rest.length === 0 ? name : undefined;
}

function reduce(module: string, name: string, args: readonly Value[]): PyCall {
  return new PyCall(CallForm.Reduce, new PyGlobal(module, name), new PyTuple(args));
}

/** Protocol 4 walks the dots of a name, protocol 2 does not: `getattr(Outer, 'Inner')`. Undefined for a name without. */
export function nestedName(global: PyGlobal): PyCall | undefined {
  const dot = global.name.lastIndexOf('.');
  if (dot < 0) {
    return undefined;
  }
  const parent = new PyGlobal(global.module, global.name.slice(0, dot));
  return reduce('__builtin__', 'getattr', [parent, new PyStr(global.name.slice(dot + 1))]);
}

export function setAsCall(set: PySet): PyCall {
  return reduce('__builtin__', set.type, [new PyList(set.items)]);
}

/**
 * `bytes` is `_codecs.encode(text, 'latin1')` at protocol 2.
 * @param latin1 the one str 'latin1' that CPython memoises once.
 */
export function bytesAsCall(bytes: Uint8Array, latin1: PyStr): PyCall {
  if (bytes.length === 0) {
    return reduce('__builtin__', 'bytes', []);
  }
  const { buffer, byteOffset, byteLength } = bytes;
  const text = Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
  return reduce('_codecs', 'encode', [new PyStr(text), latin1]);
}

export function bytearrayAsCall(data: Uint8Array | StreamRange): PyCall {
  const isEmpty = data instanceof Uint8Array && data.length === 0;
  return reduce('__builtin__', 'bytearray', isEmpty ? [] : [new PyBytes('bytes', data)]);
}
