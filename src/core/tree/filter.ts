import { escapeRegExp, GlobSearch } from './glob';
import { RowChange, RowFlag, RowKind, type TreeColumns } from './treeColumns';

export { compileGlob } from './glob';

export interface FilterQuery {
  readonly text: string;
  /** `text` is a regular expression; otherwise a substring in which `*` and `?` stand for any run and any one character. */
  readonly regex: boolean;
  readonly matchCase: boolean;
}

export interface Filter {
  /** Everything matches: the text is empty. */
  readonly all: boolean;
  test(key: string): boolean;
  /** What to highlight: `[start, end)` pairs of UTF-16 units of the first match; for a glob its literal parts. */
  ranges(key: string): [number, number][];
}

const everything: Filter = { all: true, test: () => true, ranges: () => [] };

/** Without `u` where it makes no difference: it costs half as much again. */
function flagsFor(text: string, matchCase: boolean): string {
  // eslint-disable-next-line no-control-regex -- ASCII is meant, from its first sign on.
  return (/^[\x00-\x7f]*$/.test(text) ? '' : 'u') + (matchCase ? '' : 'i');
}

function substringFilter(text: string, matchCase: boolean): Filter {
  if (matchCase) {
    return {
      all: false,
      test: (key) => key.includes(text),
      ranges: (key) => rangeOf(key.indexOf(text), text.length),
    };
  }
  // Not `toLowerCase` of the key: İ becomes two units there, and each key would be copied at every keystroke.
  const pattern = new RegExp(escapeRegExp(text), flagsFor(text, false));
  return {
    all: false,
    test: (key) => pattern.test(key),
    ranges: (key) => {
      const match = pattern.exec(key);
      return match === null ? [] : rangeOf(match.index, match[0].length);
    },
  };
}

function rangeOf(start: number, length: number): [number, number][] {
  return start === -1 || length === 0 ? [] : [[start, start + length]];
}

function globFilter(text: string, matchCase: boolean): Filter {
  const search = new GlobSearch(text, matchCase);
  return { all: false, test: (key) => search.test(key), ranges: (key) => search.ranges(key) };
}

function regexFilter(pattern: RegExp): Filter {
  return {
    all: false,
    test: (key) => pattern.test(key),
    ranges: (key) => {
      const match = pattern.exec(key);
      return match === null ? [] : rangeOf(match.index, match[0].length);
    },
  };
}

/**
 * The filter of a query, to be tested on whole keys.
 * @throws SyntaxError when `regex` is set and the text is no regular expression; the message says where.
 */
export function compileFilter({ text, regex, matchCase }: FilterQuery): Filter {
  if (text === '') {
    return everything;
  }
  if (regex) {
    return regexFilter(new RegExp(text, matchCase ? 'u' : 'iu'));
  }
  return /[*?]/.test(text) ? globFilter(text, matchCase) : substringFilter(text, matchCase);
}

/** What the facets above the tree count, and narrow it to. Chosen ones of one group are OR, between groups AND. */
export type FacetGroup = 'dtype' | 'device' | 'kind';
export type KindFacet = 'parameter' | 'buffer' | 'shared' | 'view' | 'optimizer' | 'sparse' | 'quantized';

const kindFlags: readonly (readonly [KindFacet, number])[] = [
  ['parameter', RowFlag.Parameter],
  ['buffer', RowFlag.Buffer],
  ['optimizer', RowFlag.Optimizer],
  ['shared', RowFlag.Shared],
  ['view', RowFlag.Strided],
  ['sparse', RowFlag.Sparse],
  ['quantized', RowFlag.Quantized],
];

const allKindFlags = kindFlags.reduce((all, [, flag]) => all | flag, 0);

export type FacetChoice = { readonly [group in FacetGroup]: ReadonlySet<string> };

export interface FacetCounts {
  /** By value, in the order met in the file; zero ones stay. */
  readonly dtype: ReadonlyMap<string, number>;
  readonly device: ReadonlyMap<string, number>;
  /** Kinds that the file has at all. */
  readonly kind: ReadonlyMap<KindFacet, number>;
}

export interface FilterResult {
  /** Per row: 1 for a leaf that matches text and facets. */
  readonly matches: Uint8Array;
  /** Per row: 1 for a match or an ancestor of one: what the tree shows. */
  readonly visible: Uint8Array;
  /** Leaves that match, and the tensors among them; removed ones are shown and not counted. */
  readonly leaves: number;
  readonly tensors: number;
  /** After the text filter and the other groups. */
  readonly facets: FacetCounts;
}

class FacetCounter {
  /** By number of the text in `strings`. */
  private readonly dtype: Uint32Array;
  private readonly device: Uint32Array;
  /** Texts met, in the order met. */
  private readonly dtypes = new Set<number>();
  private readonly devices = new Set<number>();
  private readonly kind = new Uint32Array(kindFlags.length);
  private present = 0;
  private lastDtype = -1;
  private lastDevice = -1;
  private readonly dtypeChosen: ReadonlySet<number>;
  private readonly deviceChosen: ReadonlySet<number>;
  private readonly kindChosen: number;

  constructor(
    private readonly tree: TreeColumns,
    choice: FacetChoice | undefined,
  ) {
    this.dtype = new Uint32Array(tree.strings.length);
    this.device = new Uint32Array(tree.strings.length);
    const numbers = (names: ReadonlySet<string> | undefined): Set<number> =>
      new Set([...(names ?? [])].map((name) => tree.strings.indexOf(name)));
    this.dtypeChosen = numbers(choice?.dtype);
    this.deviceChosen = numbers(choice?.device);
    this.kindChosen = kindFlags.reduce(
      (mask, [name, flag]) => (choice?.kind.has(name) === true ? mask | flag : mask),
      0,
    );
  }

  /** Counts one leaf, unless it is removed; whether it passes all groups. */
  take(row: number, textMatches: boolean, removed: boolean): boolean {
    const { tree } = this;
    const isTensor = tree.kind[row] === RowKind.Tensor;
    const dtype = tree.dtype[row] ?? 0;
    const device = tree.device[row] ?? 0;
    const flags = tree.flags[row] ?? 0;
    const dtypeOk = this.dtypeChosen.size === 0 || (isTensor && this.dtypeChosen.has(dtype));
    const deviceOk = this.deviceChosen.size === 0 || (isTensor && this.deviceChosen.has(device));
    const kindOk = this.kindChosen === 0 || (flags & this.kindChosen) !== 0;
    if (isTensor && !removed) {
      this.meet(dtype, device);
      this.dtype[dtype] = (this.dtype[dtype] ?? 0) + (textMatches && deviceOk && kindOk ? 1 : 0);
      this.device[device] = (this.device[device] ?? 0) + (textMatches && dtypeOk && kindOk ? 1 : 0);
      this.countKinds(flags, textMatches && dtypeOk && deviceOk);
    }
    return textMatches && dtypeOk && deviceOk && kindOk;
  }

  // Neighbours mostly have the same, so the sets are rarely asked.
  private meet(dtype: number, device: number): void {
    if (dtype !== this.lastDtype) {
      this.dtypes.add(dtype);
      this.lastDtype = dtype;
    }
    if (device !== this.lastDevice) {
      this.lastDevice = device;
      if (device !== 0) {
        this.devices.add(device);
      }
    }
  }

  private countKinds(flags: number, counted: boolean): void {
    const kinds = flags & allKindFlags;
    if (kinds === 0) {
      return;
    }
    this.present |= kinds;
    if (counted) {
      for (let index = 0; index < kindFlags.length; index++) {
        if ((kinds & (kindFlags[index]?.[1] ?? 0)) !== 0) {
          this.kind[index] = (this.kind[index] ?? 0) + 1;
        }
      }
    }
  }

  counts(): FacetCounts {
    const named = (met: ReadonlySet<number>, counts: Uint32Array): Map<string, number> =>
      new Map([...met].map((text) => [this.tree.strings[text] ?? '', counts[text] ?? 0]));
    const kind = new Map<KindFacet, number>();
    kindFlags.forEach(([name, flag], index) => {
      if ((this.present & flag) !== 0) {
        kind.set(name, this.kind[index] ?? 0);
      }
    });
    return { dtype: named(this.dtypes, this.dtype), device: named(this.devices, this.device), kind };
  }
}

/**
 * Rows that match.
 * @param keys of all rows, made once per tree.
 */
export function filterRows(
  tree: TreeColumns,
  keys: readonly string[],
  filter: Filter,
  choice?: FacetChoice,
): FilterResult {
  const matches = new Uint8Array(tree.count);
  const visible = new Uint8Array(tree.count);
  const counter = new FacetCounter(tree, choice);
  let leaves = 0;
  let tensors = 0;
  for (let row = 0; row < tree.count; row++) {
    const removed = tree.changes?.change[row] === RowChange.Removed;
    if (tree.entry[row] !== -1 && counter.take(row, filter.all || filter.test(keys[row] ?? ''), removed)) {
      matches[row] = 1;
      visible[row] = 1;
      leaves += removed ? 0 : 1;
      tensors += removed ? 0 : (tree.tensors[row] ?? 0);
    }
  }
  // From the last row to the first: a row is reached after everything below it.
  for (let row = tree.count - 1; row >= 0; row--) {
    const above = tree.parent[row] ?? -1;
    if (visible[row] === 1 && above !== -1) {
      visible[above] = 1;
    }
  }
  return { matches, visible, leaves, tensors, facets: counter.counts() };
}
