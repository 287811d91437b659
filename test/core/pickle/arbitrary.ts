import fc from 'fast-check';
import {
  CallForm,
  PyByteString,
  PyBytes,
  PyCall,
  PyDict,
  PyFloat,
  PyGlobal,
  PyList,
  PyNan,
  PySet,
  PyStr,
  PyTuple,
  type PyNode,
  type Value,
} from '../../../src/core/pickle/values';

/**
 * Value graphs as Python has them: shared nodes, cycles through lists and dicts, every type that `describeValue` knows.
 * Keys are texts that differ, so that no dict or set loses one when Python loads it.
 */
export const arbitraryValue: fc.Arbitrary<Value> = fc
  .array(fc.tuple(fc.nat(10), fc.array(fc.nat(), { maxLength: 6 }), arbitraryLeaf()), { minLength: 1, maxLength: 30 })
  .map((steps) => build(steps));

type Step = readonly [kind: number, links: readonly number[], leaf: Value];

/** Texts and bytes of two and more: Python has one object for each shorter one. */
function arbitraryLeaf(): fc.Arbitrary<Value> {
  const bytes = fc.uint8Array({ minLength: 2, maxLength: 300 });
  return fc.oneof(
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.bigInt().filter((value) => !Number.isSafeInteger(Number(value))),
    fc.double().map((value) => new PyFloat(value)),
    fc.constant(new PyNan(Uint8Array.of(0xff, 0xf8, 0, 0, 0, 0, 0, 1))),
    fc.string({ unit: 'binary', minLength: 2, maxLength: 300 }).map((text) => new PyStr(text)),
    bytes.map((data) => new PyBytes('bytes', data)),
    bytes.map((data) => new PyBytes('bytearray', data)),
    fc
      .string({ unit: 'binary-ascii', minLength: 2 })
      .map((text) => new PyByteString(new Uint8Array(Buffer.from(text, 'latin1')))),
    fc.constantFrom('int', 'range', 'list').map((name) => new PyGlobal('__builtin__', name)),
  );
}

/** One node per step, made of those before it; lists and dicts get one more item: the last node of all. */
function build(steps: readonly Step[]): Value {
  const made: Value[] = [null];
  const open: (PyList | PyDict)[] = [];
  for (const [kind, links, leaf] of steps) {
    const items = links.map((link) => made[link % made.length] ?? null);
    const value = kind < 4 ? leaf : container(kind, items);
    made.push(value);
    if (value instanceof PyList || value instanceof PyDict) {
      open.push(value);
    }
  }
  const root = made.at(-1) ?? null;
  open.forEach((node, index) => (node instanceof PyList ? node.items.push(root) : node.entries.push(index, root)));
  return root;
}

function container(kind: number, items: Value[]): PyNode {
  switch (kind) {
    case 4:
      return new PyTuple(items);
    case 5:
      return new PyList(items);
    case 6:
      return new PyDict(items.flatMap((item, index) => [new PyStr(`key ${index}`), item]));
    case 7:
      return new PySet('set', [1]);
    case 8:
      return new PySet('frozenset', [new PyStr('only')]);
    case 9:
      return withItems(call('collections', 'deque'), items);
    default:
      return withEntries(call('collections', 'OrderedDict'), items);
  }
}

function call(module: string, name: string): PyCall {
  return new PyCall(CallForm.Reduce, new PyGlobal(module, name), new PyTuple([]));
}

function withItems(target: PyCall, items: Value[]): PyCall {
  target.items = items;
  return target;
}

function withEntries(target: PyCall, items: Value[]): PyCall {
  target.entries = items.flatMap((item, index) => [index, item]);
  return target;
}
