import { elementsOf } from '../../checkpoint/aliases';
import { contiguousStride, reach } from '../../checkpoint/strides';
import { PyTuple, type PyNode, type Value } from '../../pickle/values';
import type { StorageContent } from '../../write/storageContent';
import { contentOf, unusedKey } from '../contents';
import { editError } from '../editError';
import { replaceNodes } from '../replaceNodes';
import { nextState, type EditState } from '../state';
import { rebuiltArguments, storageUses, type StorageUse, type View } from '../storageUses';
import { elementBytes, storageElements, TensorValues, withArguments } from '../tensorValues';
import type { Context } from './context';

/** A run of elements that some views use, and nothing else does. */
export interface Piece {
  readonly views: readonly View[];
  /** In elements. */
  readonly start: number;
  readonly end: number;
}

export interface CompactPlan {
  readonly storages: readonly { readonly use: StorageUse; readonly pieces: readonly Piece[] }[];
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** Storages of which views use only a part. @throws EditError when there are none. */
export function planCompact(context: Context): CompactPlan {
  const storages: { use: StorageUse; pieces: readonly Piece[]; bytes: number }[] = [];
  for (const use of storageUses(context).values()) {
    const pieces = piecesOf(use);
    const bytes = pieces === null ? use.bytes : pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0);
    if (pieces !== null && bytes < use.bytes) {
      storages.push({ use, pieces, bytes });
    }
  }
  if (storages.length === 0) {
    throw editError('edit-no-match', 'nothing-to-compact');
  }
  return {
    storages,
    bytesBefore: storages.reduce((sum, { use }) => sum + use.bytes, 0),
    bytesAfter: storages.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function pieceBytes(piece: Piece): number {
  const [first] = piece.views;
  const size = elementBytes(first?.dtype ?? '');
  return size * (gathered(piece) === null ? piece.end - piece.start : elementsOf(first?.shape ?? []));
}

/** The one view of a piece, when its elements lie so far apart that writing them one behind the other is shorter. */
export function gathered({ views, start, end }: Piece): View | null {
  const [first, ...others] = views;
  const isAlone = first !== undefined && others.every((view) => isSameView(view, first));
  return isAlone && elementsOf(first.shape) < end - start ? first : null;
}

function isSameView(a: View, b: View): boolean {
  return a.offset === b.offset && a.shape.join() === b.shape.join() && a.stride.join() === b.stride.join();
}

/** Views that share no element get storages of their own. Null where the layout must stay as it is. */
function piecesOf({ isFixed, views, bytes }: StorageUse): readonly Piece[] | null {
  const [first, ...others] = views;
  if (isFixed || first === undefined || others.some(({ dtype }) => dtype !== first.dtype)) {
    return null;
  }
  const size = elementBytes(first.dtype);
  const ranges = views
    .map((view) => {
      const end = reach(view.shape, view.stride, view.offset);
      return { views: [view], start: end === 0 ? 0 : view.offset, end };
    })
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const pieces: { views: View[]; start: number; end: number }[] = [];
  for (const range of ranges) {
    const last = pieces.at(-1);
    if (range.end * size > bytes) {
      return null;
    }
    if (last !== undefined && range.start < last.end) {
      last.views.push(...range.views);
      last.end = Math.max(last.end, range.end);
    } else {
      pieces.push(range);
    }
  }
  return pieces;
}

/** Cuts storages to what their views use. */
export function compact(context: Context): EditState {
  const { state } = context;
  const values = new TensorValues();
  const contents = new Map<string, StorageContent>(state.contents);
  const replacements = new Map<PyNode, Value>();
  const freshKey = unusedKey(state, contents);
  for (const { use, pieces } of planCompact(context).storages) {
    const from = contentOf(state, use.key);
    for (const piece of pieces) {
      const key = freshKey();
      const dtype = piece.views[0]?.dtype ?? 'uint8';
      const elementSize = elementBytes(dtype);
      const single = gathered(piece);
      const shape = single?.shape ?? [piece.end - piece.start];
      const stride = single?.stride ?? [1];
      contents.set(key, { kind: 'gather', from, elementSize, offset: piece.start, shape, stride });
      const count = storageElements(dtype, elementsOf(shape) * elementSize);
      // One id for each old one: tensors that shared it go on sharing it.
      const ids = new Map<Value, Value>();
      for (const view of piece.views) {
        const old = view.args[0] ?? null;
        const id = ids.get(old) ?? values.storage(use.dtype, key, use.device, count);
        ids.set(old, id);
        const place =
          single === null
            ? { offset: view.offset - (view.shape.includes(0) ? view.offset : piece.start), stride: view.stride }
            : { offset: 0, stride: contiguousStride(view.shape) };
        replacements.set(view.call, replaced(view, rebuiltArguments(view, id, place)));
      }
    }
  }
  return nextState(state, { root: replaceNodes(state.root, replacements), contents });
}

function replaced({ call, isWrapped }: View, args: readonly Value[]): Value {
  if (!isWrapped || !(call.args instanceof PyTuple)) {
    return withArguments(call, new PyTuple(args));
  }
  return withArguments(
    call,
    new PyTuple(call.args.items.map((item, index) => (index === 2 ? new PyTuple(args) : item))),
  );
}
