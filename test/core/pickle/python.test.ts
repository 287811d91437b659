import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { argumentOf, Argument, opcodeOf, opcodes } from '../../../src/core/pickle/opcodes';
import { python2Name, pythonName } from '../../../src/core/pickle/pythonNames';
import {
  PyCall,
  PyDict,
  PyGlobal,
  PyList,
  PySet,
  PyTuple,
  CallForm,
  type Value,
} from '../../../src/core/pickle/values';
import { writePickle } from '../../../src/core/pickle/writer';
import { runPython, withTorch } from '../../support/torch';
import { arbitraryValue } from './arbitrary';
import { describeValue } from './describe';
import { read } from './pickles';

interface Row {
  readonly description: string;
  readonly pickles: readonly string[];
}

interface Tables {
  readonly opcodes: readonly [number, string, number, string | null][];
  readonly names: readonly [string, string, string, string][];
  readonly modules: readonly [string, string][];
  readonly writtenNames: readonly [string, string, string, string][];
  readonly writtenModules: readonly [string, string][];
}

const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');

describe('random values, pickled by CPython', () => {
  withTorch('read as what they are, at every protocol', async () => {
    for (const { description, pickles } of await randomRows(1000, 150)) {
      for (const [protocol, pickle] of pickles.entries()) {
        const graph = await read(fromBase64(pickle));
        expect(graph.lossy).toEqual([]);
        expect(graph.end).toBe(fromBase64(pickle).length);
        expect(describeValue(graph.root, protocol)).toBe(description);
      }
    }
  });

  withTorch('come back byte for byte from protocol 2', async () => {
    for (const { pickles } of await randomRows(2000, 300)) {
      const bytes = fromBase64(pickles[2] ?? '');
      const graph = await read(bytes);
      expect(Buffer.from(writePickle(graph.root)).equals(bytes)).toBe(true);
    }
  });

  withTorch('are written from protocols 3 to 5 as CPython writes them at protocol 2', async () => {
    for (const { pickles } of await randomRows(3000, 300)) {
      for (const protocol of [3, 4, 5]) {
        const graph = await read(fromBase64(pickles[protocol] ?? ''));
        expect(Buffer.from(writePickle(graph.root, { protocol })).toString('base64')).toBe(pickles[2]);
      }
    }
  });
});

describe('random opcodes', () => {
  withTorch('are read wherever CPython reads them', async () => {
    const streams = (await runPython('random_opcodes.py', ['1', '20000'])) as string[];
    expect(streams.length).toBeGreaterThan(1000);
    for (const stream of streams) {
      const bytes = fromBase64(stream);
      const failure = await read(bytes).catch((error: unknown) => error);
      expect(failure, bytes.toString('latin1')).not.toBeInstanceOf(Error);
    }
  });
});

describe('graphs made here', () => {
  withTorch('load in CPython as what they are', async () => {
    const graphs = fc.sample(arbitraryValue, { seed: 20_260_303, numRuns: 400 });
    const pickles = graphs.map((graph) => Buffer.from(writePickle(graph)).toString('base64'));
    const descriptions = await runPython('unpickle.py', [], { input: JSON.stringify(pickles) });
    expect(descriptions).toEqual(graphs.map((graph) => describeValue(graph, 2)));
  });
});

describe('containers at the edges of a batch', () => {
  const integers = (size: number): number[] => [...Array(size).keys()];
  const pairs = (size: number): number[] => integers(size).flatMap((index) => [index, index]);
  const calls: Readonly<Record<string, (size: number) => Value>> = {
    list: (size) => new PyList(integers(size)),
    dict: (size) => new PyDict(pairs(size)),
    tuple: (size) => new PyTuple(integers(size)),
    set: (size) => new PySet('set', integers(size)),
    OrderedDict: (size) => called('OrderedDict', { entries: pairs(size) }),
    deque: (size) => called('deque', { items: integers(size) }),
  };

  function called(name: string, updates: { items?: Value[]; entries?: Value[] }): PyCall {
    const call = new PyCall(CallForm.Reduce, new PyGlobal('collections', name), new PyTuple([]));
    return Object.assign(call, updates);
  }

  withTorch('are written as CPython writes them', async () => {
    for (const { kind, size, pickle } of await batchRows()) {
      const written = writePickle(calls[kind]?.(size) ?? null);
      expect(Buffer.from(written).toString('base64'), `${kind} of ${size}`).toBe(pickle);
      const graph = await read(fromBase64(pickle));
      expect(Buffer.from(writePickle(graph.root)).toString('base64'), `${kind} of ${size}, read`).toBe(pickle);
    }
  });
});

describe("Python's tables", () => {
  withTorch('opcodes: codes, names, protocols and arguments are those of pickletools', async () => {
    const tables = await pythonTables();
    const ours = opcodes.map(({ code, name, protocol, argument }) => [code, name, protocol, argument]);
    const theirs = tables.opcodes.map(([code, name, protocol, shape]) => [code, name, protocol, shapes[shape ?? '']]);
    expect(ours).toEqual(theirs.sort((left, right) => Number(left[0]) - Number(right[0])));
    expect(opcodeOf.filter((code) => code !== undefined)).toHaveLength(theirs.length);
    expect(opcodes.map(({ code }) => argumentOf[opcodeOf[code] ?? 0])).toEqual(
      ours.map(([, , , argument]) => argument),
    );
  });

  withTorch('names: all of _compat_pickle, in both directions', async () => {
    const { names, modules, writtenNames, writtenModules } = await pythonTables();
    for (const [module, name, module3, name3] of names) {
      expect(pythonName(new PyGlobal(module, name), 2)).toMatchObject({ module: module3, name: name3 });
      expect(pythonName(new PyGlobal(module, name), 3)).toMatchObject({ module, name });
    }
    for (const [module, module3] of modules) {
      expect(pythonName(new PyGlobal(module, 'anything'), 0).full).toBe(`${module3}.anything`);
    }
    for (const [module, name, module2, name2] of writtenNames) {
      expect(python2Name(new PyGlobal(module, name))).toEqual([module2, name2]);
    }
    for (const [module, module2] of writtenModules) {
      expect(python2Name(new PyGlobal(module, 'anything'))).toEqual([module2, 'anything']);
    }
  });
});

/** How pickletools calls the arguments. */
const shapes: Readonly<Record<string, Argument>> = {
  '': Argument.None,
  uint1: Argument.Byte1,
  uint2: Argument.Byte2,
  uint4: Argument.Byte4,
  int4: Argument.Byte4,
  uint8: Argument.Byte8,
  float8: Argument.Byte8,
  decimalnl_short: Argument.Line,
  decimalnl_long: Argument.Line,
  floatnl: Argument.Line,
  stringnl: Argument.Line,
  stringnl_noescape: Argument.Line,
  unicodestringnl: Argument.Line,
  stringnl_noescape_pair: Argument.TwoLines,
  long1: Argument.Counted1,
  string1: Argument.Counted1,
  bytes1: Argument.Counted1,
  unicodestring1: Argument.Counted1,
  bytes4: Argument.Counted4,
  unicodestring4: Argument.Counted4,
  long4: Argument.CountedSigned4,
  string4: Argument.CountedSigned4,
  bytes8: Argument.Counted8,
  unicodestring8: Argument.Counted8,
  bytearray8: Argument.Counted8,
};

async function randomRows(seed: number, count: number): Promise<Row[]> {
  return (await runPython('random_pickles.py', [String(seed), String(count)])) as Row[];
}

async function batchRows(): Promise<{ kind: string; size: number; pickle: string }[]> {
  return (await runPython('batch_pickles.py')) as { kind: string; size: number; pickle: string }[];
}

async function pythonTables(): Promise<Tables> {
  return (await runPython('pickle_tables.py')) as Tables;
}
