/** A literal, or null for `?`: any one character. */
type Piece = string | null;

/** What stands between two stars. */
interface Segment {
  readonly pieces: readonly Piece[];
  readonly pattern: RegExp;
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function segmentOf(pieces: readonly Piece[], flags: string, end = ''): Segment {
  const source = pieces.map((piece) => (piece === null ? '[^]' : escapeRegExp(piece))).join('');
  return { pieces, pattern: new RegExp(source + end, flags) };
}

/** Literals, `?` as null, split at stars; a run of stars is one. */
function split(glob: string, escapes: boolean): Piece[][] {
  const segments: Piece[][] = [[]];
  for (const [sign, escaped] of glob.matchAll(escapes ? /\\([^])|[^]/gu : /[^]/gu)) {
    const last = segments.at(-1) ?? [];
    if (escaped === undefined && sign === '*') {
      segments.push([]);
    } else if (escaped === undefined && sign === '?') {
      last.push(null);
    } else {
      const before = last.at(-1);
      const text = escaped ?? sign;
      if (typeof before === 'string') {
        last[last.length - 1] = before + text;
      } else {
        last.push(text);
      }
    }
  }
  return segments.filter((pieces, index) => pieces.length > 0 || index === 0 || index === segments.length - 1);
}

/**
 * Finds a glob anywhere in a text. Each segment is taken where it first fits behind the one before, which finds a match
 * whenever there is one: time grows with the text, however many stars there are.
 */
export class GlobSearch {
  private readonly segments: readonly Segment[];

  constructor(glob: string, matchCase: boolean) {
    const flags = matchCase ? 'gu' : 'giu';
    this.segments = split(glob, false)
      .filter((pieces) => pieces.length > 0)
      .map((pieces) => segmentOf(pieces, flags));
  }

  test(text: string): boolean {
    let from = 0;
    for (const { pattern } of this.segments) {
      pattern.lastIndex = from;
      if (!pattern.test(text)) {
        return false;
      }
      from = pattern.lastIndex;
    }
    return true;
  }

  /** Where its literals are: `[start, end)` in UTF-16 units; none when it is not found. */
  ranges(text: string): [number, number][] {
    const ranges: [number, number][] = [];
    let from = 0;
    for (const { pattern, pieces } of this.segments) {
      pattern.lastIndex = from;
      const match = pattern.exec(text);
      if (match === null) {
        return [];
      }
      from = pattern.lastIndex;
      let at = match.index;
      for (const piece of pieces) {
        const length = piece?.length ?? ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
        if (piece !== null) {
          ranges.push([at, at + length]);
        }
        at += length;
      }
    }
    return ranges;
  }
}

/**
 * A glob of the command line, matched on the whole key: `*` any run of characters, `?` one, `\` takes the next sign as
 * it is, brackets are plain characters.
 */
export function compileGlob(glob: string): (key: string) => boolean {
  const segments = split(glob, true);
  const [first = [], ...others] = segments;
  const last = others.pop();
  if (last === undefined) {
    const whole = segmentOf(first, 'uy', '$').pattern;
    return (key) => matchesFrom(whole, key, 0) !== -1;
  }
  const start = segmentOf(first, 'uy').pattern;
  const middle = others.map((pieces) => segmentOf(pieces, 'gu').pattern);
  const end = segmentOf(last, 'gu', '$').pattern;
  return (key) => {
    let at = matchesFrom(start, key, 0);
    for (const pattern of [...middle, end]) {
      at = at === -1 ? -1 : matchesFrom(pattern, key, at);
    }
    return at !== -1;
  };
}

/** End of the first match from `at` on; −1 when there is none. */
function matchesFrom(pattern: RegExp, key: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(key) ? pattern.lastIndex : -1;
}
