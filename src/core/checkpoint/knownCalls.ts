import { isNode, NodeKind, type Value } from '../pickle/values';
import { argumentsOf, asItems, asText, dictEntries, lookUp } from './arguments';
import { joinChildren } from './childLists';
import { leaf, type BranchMeaning, type KnownCall } from './meaning';
import { dateTimeCalls } from './dateTimes';
import { longContent } from './longValues';
import { numpyCalls } from './numpyValues';
import { bytesRepr, latin1Bytes, stringRepr } from './pythonText';

function branch(
  role: BranchMeaning['role'],
  type: string,
  children: BranchMeaning['children'],
  empty: string,
  own: readonly Value[],
): BranchMeaning {
  return { kind: 'branch', type, role, children, empty, own };
}

/** `OrderedDict()` with items set, or `OrderedDict([[k, v], …])`. */
function dictType(type: string, empty: string): KnownCall {
  return (call, shower) => {
    const children = joinChildren(shower.mapping(dictEntries(call) ?? []), shower.attributes(call.state));
    return branch('mapping', type, children, empty, [call.callee]);
  };
}

const defaultDict: KnownCall = (call, shower) => {
  const [factory] = argumentsOf(call);
  const empty = `defaultdict(${factory === undefined ? 'None' : shower.repr(factory)}, {})`;
  const own = factory === undefined ? [call.callee] : [call.callee, factory];
  const children = joinChildren(shower.mapping(call.entries ?? []), shower.attributes(call.state));
  return branch('mapping', 'collections.defaultdict', children, empty, own);
};

const deque: KnownCall = (call, shower) => {
  const [items] = argumentsOf(call);
  const all = [...(asItems(items) ?? []), ...(call.items ?? [])];
  return branch('sequence', 'collections.deque', shower.sequence(all), 'deque([])', [call.callee]);
};

function setType(type: 'set' | 'frozenset'): KnownCall {
  return (call, shower) => {
    const items = asItems(argumentsOf(call)[0]);
    return branch('set', type, shower.sequence(items ?? []), `${type}()`, [call.callee]);
  };
}

function bytesLeaf(type: 'bytes' | 'bytearray', bytes: Uint8Array): ReturnType<typeof leaf> {
  // A byte shows as up to four signs; more than what is shown need not be made.
  const text = bytesRepr(bytes.subarray(0, 256));
  return leaf(type, type === 'bytes' ? text : `bytearray(${text})`);
}

const encoded: KnownCall = (call, shower) => {
  const bytes = shower.bytes(call);
  const [content] = argumentsOf(call);
  if (bytes === null) {
    // Too long for memory: `longValues.ts` reads how it begins.
    return content !== undefined && longContent(content) !== null ? leaf('bytes', shower.repr(content)) : null;
  }
  return bytesLeaf('bytes', bytes);
};

/** `bytes()`, `bytes(b'…')`, `bytearray(b'…')`, `bytearray('…', 'latin-1')`. */
function bytesType(type: 'bytes' | 'bytearray'): KnownCall {
  return (call, shower) => {
    const [content] = argumentsOf(call);
    const text = asText(content);
    const bytes = content === undefined ? new Uint8Array() : text === null ? shower.bytes(content) : latin1Bytes(text);
    return bytes === null ? null : bytesLeaf(type, bytes);
  };
}

const complex: KnownCall = (call) => {
  const [real, imaginary] = argumentsOf(call).map(numberOf);
  if (real === undefined || real === null || imaginary === undefined || imaginary === null) {
    return null;
  }
  return leaf('complex', complexRepr(real, imaginary));
};

function numberOf(value: Value): number | null {
  return typeof value === 'number' ? value : isNode(value) && value.kind === NodeKind.Float ? value.value : null;
}

/** `(1+2j)`; `2j` where the real part is 0.0. */
function complexRepr(real: number, imaginary: number): string {
  const text = (value: number): string =>
    Number.isNaN(value) ? 'nan' : Number.isFinite(value) ? shortFloat(value) : value > 0 ? 'inf' : '-inf';
  if (Object.is(real, 0)) {
    return `${text(imaginary)}j`;
  }
  const second = text(imaginary);
  return `(${text(real)}${second.startsWith('-') ? '' : '+'}${second}j)`;
}

/** A float without its `.0`, as complex shows its parts. */
function shortFloat(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** `name(a, b)`: shown whole, arguments and all. */
function callLeaf(type: string, name = type): KnownCall {
  return (call, shower) =>
    leaf(
      type,
      `${name}(${argumentsOf(call)
        .map((argument) => shower.repr(argument))
        .join(', ')})`,
    );
}

const size: KnownCall = (call, shower) => {
  const items = asItems(argumentsOf(call)[0]);
  return items === null
    ? null
    : leaf('torch.Size', `torch.Size([${items.map((item) => shower.repr(item)).join(', ')}])`);
};

const device: KnownCall = (call) => {
  const [type, index] = argumentsOf(call);
  const text = asText(type);
  if (text === null) {
    return null;
  }
  const suffix = typeof index === 'number' ? `, index=${String(index)}` : '';
  return leaf('torch.device', `device(type=${stringRepr(text)}${suffix})`);
};

const layout: KnownCall = (call) => {
  const text = asText(argumentsOf(call)[0]);
  return text === null ? null : leaf('torch.layout', text);
};

const memoryFormats = new Set(['channels_last', 'channels_last_3d', 'contiguous_format', 'preserve_format']);

/** `getattr(torch, 'channels_last')`, `getattr(Color, 'RED')`: what it names. */
const attribute: KnownCall = (call, shower) => {
  const [holder, attributeName] = argumentsOf(call);
  const outer = shower.name(holder);
  const inner = asText(attributeName);
  if (outer === null || inner === null) {
    return null;
  }
  return outer === 'torch._utils.torch' && memoryFormats.has(inner)
    ? leaf('torch.memory_format', `torch.${inner}`)
    : leaf('global', `${outer}.${inner}`);
};

function pathType(type: string, separator: string): KnownCall {
  return (call) => {
    const parts = argumentsOf(call).map((part) => asText(part));
    if (parts.some((part) => part === null)) {
      return null;
    }
    const [first = '', ...rest] = parts.map((part) => part ?? '');
    const joined = first.endsWith(separator) ? first + rest.join(separator) : [first, ...rest].join(separator);
    const name = type.slice(type.lastIndexOf('.') + 1);
    return leaf(type, `${name}(${stringRepr(joined.replaceAll('\\', '/') || '.')})`);
  };
}

/** `UUID` keeps its number in its state. */
const uuid: KnownCall = ({ state }) => {
  const number = lookUp(dictEntries(state) ?? [], 'int');
  if (typeof number !== 'bigint' && typeof number !== 'number') {
    return null;
  }
  const hex = BigInt(number).toString(16).padStart(32, '0');
  return leaf('uuid.UUID', `UUID('${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}')`);
};

/** What a name that stands alone is: `torch.float32` is a dtype and no class. */
export function knownSingleton(name: string): string | undefined {
  if (/^torch\.(?:per_(?:tensor|channel)_(?:affine|symmetric)|per_channel_affine_float_qparams)$/.test(name)) {
    return 'torch.qscheme';
  }
  if (name.startsWith('torch.') && memoryFormats.has(name.slice('torch.'.length))) {
    return 'torch.memory_format';
  }
  return /^torch\.(?:strided|sparse_(?:coo|csr|csc|bsr|bsc)|jagged)$/.test(name) ? 'torch.layout' : undefined;
}

export const knownCalls: ReadonlyMap<string, KnownCall> = new Map<string, KnownCall>([
  ['collections.OrderedDict', dictType('collections.OrderedDict', 'OrderedDict()')],
  ['collections.Counter', dictType('collections.Counter', 'Counter()')],
  ['builtins.dict', dictType('dict', '{}')],
  ['collections.defaultdict', defaultDict],
  ['collections.deque', deque],
  ['builtins.set', setType('set')],
  ['builtins.frozenset', setType('frozenset')],
  ['_codecs.encode', encoded],
  ['builtins.bytes', bytesType('bytes')],
  ['builtins.bytearray', bytesType('bytearray')],
  ['builtins.complex', complex],
  ['builtins.range', callLeaf('range')],
  ['builtins.slice', callLeaf('slice')],
  ['builtins.getattr', attribute],
  ['torch.Size', size],
  ['torch.device', device],
  ['torch.serialization._get_layout', layout],
  ['decimal.Decimal', callLeaf('decimal.Decimal', 'Decimal')],
  ['fractions.Fraction', callLeaf('fractions.Fraction', 'Fraction')],
  ['uuid.UUID', uuid],
  ...['pathlib.PosixPath', 'pathlib.PurePosixPath', 'pathlib.Path'].map((type): [string, KnownCall] => [
    type,
    pathType(type, '/'),
  ]),
  ...['pathlib.WindowsPath', 'pathlib.PureWindowsPath'].map((type): [string, KnownCall] => [
    type,
    pathType(type, '\\'),
  ]),
  ...dateTimeCalls,
  ...numpyCalls,
]);

/** Those that give no container. */
export const leafCalls: ReadonlySet<string> = new Set(
  [...knownCalls.keys()].filter(
    (name) => !/^collections\.|^builtins\.(?:dict|set|frozenset)$|_reconstruct$|_frombuffer$/.test(name),
  ),
);
