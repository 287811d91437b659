/** How the Variables view would colour a Python literal; null for what it would not. */
export type Token = 'number' | 'string' | 'boolean';

export function literalToken(literal: string): Token | null {
  if (/^(?:True|False|None)$/.test(literal)) {
    return 'boolean';
  }
  if (/^b?['"]/.test(literal)) {
    return 'string';
  }
  return /^-?(?:\d|inf\b|nan\b)/.test(literal) ? 'number' : null;
}

/** `[64, 3, 7, 7]` in pieces: digits, and the signs between them in secondary colour with a thin space behind commas. */
export interface ShapePiece {
  readonly text: string;
  readonly sign: boolean;
}

export function shapePieces(shape: string): ShapePiece[] {
  return [...shape.matchAll(/\d+|\D+/g)].map(([piece]) =>
    /\d/.test(piece) ? { text: piece, sign: false } : { text: piece.replaceAll(', ', ',\u2009'), sign: true },
  );
}
