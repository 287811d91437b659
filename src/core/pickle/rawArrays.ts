import { PyCall, PyDict, PyGlobal, PyStr, PyTuple, type Value } from './values';

/** numpy keeps text as UCS-4. */
const unicodeBytes = 4;

/** Whether a name is that of joblib's stand-in for an array, behind whose BUILD the array's numbers follow as they are. */
export function isArrayWrapper({ module, name }: PyGlobal): boolean {
  // scikit-learn had a copy of its own.
  return /(?:^|\.)joblib\.numpy_pickle$/.test(module) && name === 'NumpyArrayWrapper';
}

/**
 * How many bytes, neither opcodes nor arguments, joblib reads behind the BUILD of an object.
 * @param next the byte behind the BUILD: the length of the padding, where the array is aligned.
 * @returns 0 for every other object, and for an array whose numbers are a pickle of their own; NaN where it cannot be told.
 */
export function rawArrayBytes(built: Value, next: number): number {
  if (!(built instanceof PyCall) || !(built.callee instanceof PyGlobal) || !isArrayWrapper(built.callee)) {
    return 0;
  }
  const fields = built.state instanceof PyDict ? fieldsOf(built.state) : new Map<string, Value>();
  const itemBytes = itemSize(fields.get('dtype'));
  const isAligned = (fields.get('numpy_array_alignment_bytes') ?? null) !== null;
  return itemBytes === 0 ? 0 : elementsIn(fields.get('shape')) * itemBytes + (isAligned ? 1 + next : 0);
}

function fieldsOf({ entries }: PyDict): Map<string, Value> {
  const fields = new Map<string, Value>();
  for (let index = 0; index + 1 < entries.length; index += 2) {
    const key = entries[index];
    if (key instanceof PyStr) {
      fields.set(key.value, entries[index + 1] ?? null);
    }
  }
  return fields;
}

/** `numpy.dtype('f8', False, True)` and its state; 0 for objects, NaN for a type that does not tell, as records do not. */
function itemSize(dtype: Value | undefined): number {
  if (!(dtype instanceof PyCall) || !(dtype.callee instanceof PyGlobal) || dtype.callee.name !== 'dtype') {
    return NaN;
  }
  const [code] = itemsOf(dtype.args);
  const [, letter = '', digits = ''] = /^([a-zA-Z])(\d+)$/.exec(code instanceof PyStr ? code.value : '') ?? [];
  const stated = itemsOf(dtype.state)[5];
  switch (letter) {
    case 'O':
      return 0;
    case 'S':
    case 'U':
      // Here alone the state has the last word.
      return typeof stated === 'number' && stated > 0 ? stated : Number(digits) * (letter === 'U' ? unicodeBytes : 1);
    case 'b':
    case 'c':
    case 'f':
    case 'i':
    case 'm':
    case 'M':
    case 'u':
      return Number(digits);
    default:
      return NaN;
  }
}

function elementsIn(shape: Value | undefined): number {
  return shape instanceof PyTuple
    ? shape.items.reduce<number>((product, size) => (typeof size === 'number' && size >= 0 ? product * size : NaN), 1)
    : NaN;
}

function itemsOf(value: Value | undefined): readonly Value[] {
  return value instanceof PyTuple ? value.items : [];
}
