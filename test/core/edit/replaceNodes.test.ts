import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eachHeld } from '../../../src/core/pickle/eachHeld';
import { replaceNodes } from '../../../src/core/edit/replaceNodes';
import {
  CallForm,
  PyCall,
  PyDict,
  PyGlobal,
  PyList,
  PyPersistent,
  type PyStr,
  PyTuple,
  isNode,
  NodeKind,
  type PyNode,
  type Value,
} from '../../../src/core/pickle/values';
import { writePickle } from '../../../src/core/pickle/writer';
import { dict, list, object, str, tensor, tuple } from '../checkpoint/builders';

function itemsOf(value: Value): readonly Value[] {
  if (value instanceof PyList || value instanceof PyTuple) {
    return value.items;
  }
  throw new TypeError('no sequence');
}

/** Places of nodes in the order met, to choose some that are replaced. */
const nodeChoices = [1, 2, 3, 5, 8, 13];

function nodesOf(root: Value): PyNode[] {
  const all = new Set<PyNode>();
  const waiting = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (isNode(value) && !all.has(value)) {
      all.add(value);
      eachHeld(value, (held) => waiting.push(held));
    }
  }
  return [...all];
}

/** Every node with what it holds, by number: equal for graphs that differ in nothing but identity. */
function outline(root: Value): string[] {
  const nodes = nodesOf(root);
  const numbers = new Map<Value, number>(nodes.map((node, index) => [node, index]));
  return nodes.map((node) => {
    const held: string[] = [];
    eachHeld(node, (value) => held.push(isNode(value) ? `#${String(numbers.get(value))}` : String(value)));
    return `${NodeKind[node.kind]} ${'value' in node ? String(node.value) : ''} ${held.join()}`;
  });
}

describe('replaceNodes', () => {
  test('shares what does not lead to a replaced node', () => {
    const kept = dict({ a: 1 });
    const old = str('old');
    const root = dict({ kept, changed: list(old) });
    const fresh = str('new');
    const after = replaceNodes(root, new Map([[old, fresh]]));
    expect(after).toBeInstanceOf(PyDict);
    const entries = after instanceof PyDict ? after.entries : [];
    expect(entries[1]).toBe(kept);
    expect(itemsOf(entries[3] ?? null)).toEqual([fresh]);
    expect(root.entries[3]).not.toBe(entries[3]);
  });

  test('gives the same graph back where nothing of it is replaced', () => {
    const root = dict({ a: list(1) });
    expect(replaceNodes(root, new Map([[str('elsewhere'), null]]))).toBe(root);
    expect(replaceNodes(root, new Map())).toBe(root);
  });

  test('keeps one object one, however deep the second mention lies', () => {
    const old = str('x');
    const shared = tuple(old);
    // The sibling holds the shared tuple too, and closes before it.
    const root = tuple(tuple(shared), shared, list(shared));
    const [first, second, third] = itemsOf(replaceNodes(root, new Map([[old, 7]])));
    expect(itemsOf(first ?? null)[0]).toBe(second);
    expect(itemsOf(third ?? null)[0]).toBe(second);
    expect(itemsOf(second ?? null)).toEqual([7]);
  });

  test('follows cycles through lists, dicts and the state of objects', () => {
    const old = str('x');
    const self = new PyCall(CallForm.NewObj, new PyGlobal('pkg', 'Node'), tuple());
    const children = list(tuple(self), old);
    self.state = new PyDict([str('children'), children]);
    const after = replaceNodes(self, new Map([[old, true]]));
    const state = after instanceof PyCall ? after.state : undefined;
    const items = state instanceof PyDict ? itemsOf(state.entries[1] ?? null) : [];
    expect(after).not.toBe(self);
    expect(itemsOf(items[0] ?? null)[0]).toBe(after);
    expect(items[1]).toBe(true);
  });

  test('looks into what it puts in place, for the other replacements', () => {
    const inner = str('inner');
    const outer = dict({ inner });
    const draft = new PyDict([str('renamed'), inner]);
    const after = replaceNodes(
      list(outer),
      new Map<typeof outer | typeof inner, Value>([
        [outer, draft],
        [inner, 3],
      ]),
    );
    expect(itemsOf(after)).toEqual([new PyDict([str('renamed'), 3])]);
  });

  test('leaves opaque nodes alone, unless they are replaced themselves', () => {
    const old = str('x');
    const opaque = list(old);
    const replaced = list(old);
    const fresh = list(1);
    const after = replaceNodes(
      list(opaque, replaced, old),
      new Map<PyList | PyStr, Value>([
        [old, 2],
        [replaced, fresh],
      ]),
      (node) => [opaque, replaced].some((each) => each === node),
    );
    expect(itemsOf(after)).toEqual([opaque, fresh, 2]);
  });

  test('gives the same whether something in the graph holds itself or not', () => {
    const names = Array.from({ length: 6 }, (_, index) => str(`name ${String(index)}`));
    const values = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<Value>(null, 1, ...names),
        fc.array(tie('value'), { maxLength: 4 }).map((items) => new PyTuple(items)),
        fc.array(tie('value'), { maxLength: 4 }).map((items) => new PyList(items)),
        fc.array(tie('value'), { maxLength: 2 }).map((items) => object('pkg.A', list(...items), ...items)),
        fc.array(tie('value'), { maxLength: 2 }).map((items) => new PyPersistent(tuple(...items))),
      ),
    })).value;
    const cycle = list();
    cycle.items.push(cycle);
    fc.assert(
      fc.property(
        values,
        fc.subarray(nodeChoices),
        fc.constantFrom<Value>(7, tuple(str('other'))),
        (root, chosen, to) => {
          const nodes = nodesOf(root);
          const replaced = new Map(
            [...names.slice(0, 2), ...chosen.flatMap((at) => nodes[at] ?? [])].map((node) => [node, to]),
          );
          const shared = list(root, root);
          const alone = replaceNodes(shared, replaced);
          const beside = replaceNodes(list(shared, cycle), replaced);
          expect(outline(alone)).toEqual(outline(itemsOf(beside)[0] ?? null));
        },
      ),
      { seed: 4, numRuns: 300 },
    );
  });

  test('rebuilds a million levels without recursion', () => {
    const old = str('x');
    let root: Value = old;
    for (let depth = 0; depth < 200_000; depth++) {
      root = depth % 2 === 0 ? new PyTuple([root]) : new PyList([root]);
    }
    let at = replaceNodes(root, new Map([[old, 5]]));
    while (at instanceof PyTuple || at instanceof PyList) {
      at = at.items[0] ?? null;
    }
    expect(at).toBe(5);
  });

  test('writes the same bytes as a graph made afresh', () => {
    const old = str('cuda:0');
    const made = (device: Value): Value =>
      dict({ model: dict({ w: tensor('0'), device }), object: object('pkg.Args', dict({ device })) });
    const after = replaceNodes(made(old), new Map([[old, str('cpu')]]));
    expect(writePickle(after)).toEqual(writePickle(made(str('cpu'))));
  });
});
