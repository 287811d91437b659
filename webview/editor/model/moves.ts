/** A key of the tree as a move of the focus, by positions among the rows shown. */
export type Move = 'up' | 'down' | 'home' | 'end' | 'pageUp' | 'pageDown';

const moves: Readonly<Record<string, Move>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'home',
  End: 'end',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
};

export function moveOfKey(key: string): Move | undefined {
  return Object.hasOwn(moves, key) ? moves[key] : undefined;
}

/** The position that a move from `position` (−1: none yet) leads to among `count` rows; `page` rows are seen at once. */
export function moved(move: Move, position: number, count: number, page: number): number {
  const last = count - 1;
  const clamp = (to: number): number => Math.min(Math.max(to, 0), last);
  switch (move) {
    case 'up':
      return clamp(position - 1);
    case 'down':
      return clamp(position + 1);
    case 'home':
      return clamp(0);
    case 'end':
      return last;
    case 'pageUp':
      return clamp(position - Math.max(page - 1, 1));
    case 'pageDown':
      return clamp(position + Math.max(page - 1, 1));
  }
}
