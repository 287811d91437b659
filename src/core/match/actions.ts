import { mixesGates } from '../init/stackedGates';
import { elementsOf, type KeyAction, type KeyPair, type MatchResult, type SourceKey, type Target } from './match';
import { positionGrid } from './positions';

/** A row of the match: what it is, and the key that its action is kept under. */
export type MatchRow =
  | { readonly kind: 'matched' | 'mismatched'; readonly pair: KeyPair }
  | { readonly kind: 'missing'; readonly key: MatchResult['missing'][number] }
  | { readonly kind: 'unexpected'; readonly key: SourceKey };

/** What can be done with a row, the default first. */
export function actionsFor(row: MatchRow, target: Target): readonly KeyAction[] {
  const fromTarget: readonly KeyAction[] = target.tensors === undefined ? [] : ['fromTarget'];
  switch (row.kind) {
    case 'matched':
      return ['load', 'keepOut', ...afresh(row.pair.target.shape), ...fromTarget];
    case 'mismatched':
      return ['keepOut', ...mended(row.pair), ...afresh(row.pair.target.shape), ...fromTarget];
    case 'missing':
      return ['leaveMissing', ...afresh(row.key.shape), ...fromTarget];
    case 'unexpected':
      return ['keepOut', 'load'];
  }
}

function afresh(shape: readonly number[] | null): readonly KeyAction[] {
  return shape === null ? [] : ['afresh'];
}

/** What makes a tensor of the file fit. */
function mended({ source, target }: KeyPair): readonly KeyAction[] {
  if (source.shape === null || target.shape === null) {
    return [];
  }
  const actions: KeyAction[] = [];
  if (isReshape(source.shape, target.shape)) {
    actions.push('reshape');
  }
  if (positionGrid(target.key, source.shape, target.shape) !== null) {
    actions.push('interpolate');
  }
  if (isOverlap(source.shape, target.shape) && !mixesGates(target.key, source.shape, target.shape)) {
    actions.push('overlap');
  }
  return actions;
}

/** Both shapes are the same but for sizes of 1. */
export function isReshape(source: readonly number[], target: readonly number[]): boolean {
  return source.filter((size) => size !== 1).join() === target.filter((size) => size !== 1).join();
}

/** Both have as many dimensions, and elements in common. */
function isOverlap(source: readonly number[], target: readonly number[]): boolean {
  return source.length === target.length && source.length > 0 && elementsOf(source) > 0 && elementsOf(target) > 0;
}
