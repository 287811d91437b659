import type { TensorEntry } from '../../checkpoint/checkpoint';
import { keyOf } from '../../checkpoint/path';
import { countOf } from '../../init/distributions';
import type { DrawStream } from '../../init/drawStream';
import { isNode, type PyNode, type Value } from '../../pickle/values';
import { drawnContent } from '../drawnContent';
import { checkOrthogonal, checkSeed } from '../drawChecks';
import { editError } from '../editError';
import { FreshTensors, isFloating, lookOf } from '../freshTensors';
import type { Reinitialise } from '../operations';
import { replaceNodes } from '../replaceNodes';
import { nextState, type EditState } from '../state';
import type { Context } from './context';
import { isParameter } from './resize';

export interface ReinitialisePlan {
  readonly stream: DrawStream;
  /** Tensors that get the numbers of a step: those of one path, and those that show the same elements of its storage. */
  readonly tensors: readonly { readonly step: number; readonly entries: readonly TensorEntry[] }[];
}

/** @throws EditError when a path leads to no tensor that numbers can be drawn for. */
export function planReinitialise({ checkpoint }: Context, { seed, steps }: Reinitialise): ReinitialisePlan {
  checkSeed(seed);
  const byPath = new Map<string, TensorEntry>();
  const byView = new Map<string, TensorEntry[]>();
  for (const entry of checkpoint.entries) {
    if (entry.kind === 'tensor') {
      byPath.set(JSON.stringify(entry.path), entry);
      byView.set(viewId(entry), [...(byView.get(viewId(entry)) ?? []), entry]);
    }
  }
  const drawn = steps.map((step) => {
    if (step.path === null) {
      return { shape: step.shape, draw: step.draw };
    }
    const entry = byPath.get(JSON.stringify(step.path));
    if (entry === undefined) {
      throw editError('edit-no-match', 'no-entry', [keyOf(step.path)]);
    }
    if (!isFloating(entry) && (step.draw.kind !== 'constant' || entry.layout !== 'strided')) {
      throw editError('edit-unsupported', 'layer-not-float', [keyOf(step.path)], entry.dtype);
    }
    checkOrthogonal(entry.shape, step.draw);
    return { shape: entry.shape, draw: step.draw, entry };
  });
  const last = new Map<TensorEntry, number>();
  for (const [step, { entry }] of drawn.entries()) {
    if (entry !== undefined) {
      const [first = entry] = byView.get(viewId(entry)) ?? [];
      last.set(first, step);
    }
  }
  if (last.size === 0) {
    throw editError('edit-no-match', 'nothing-chosen');
  }
  const tensors = [...last].map(([first, step]) => ({ step, entries: byView.get(viewId(first)) ?? [first] }));
  return { stream: { seed, steps: drawn.map(({ shape, draw }) => ({ shape, draw })) }, tensors };
}

/** The same for tensors that show the same elements of one storage. */
function viewId({ storage, offset, shape, stride, dtype, path }: TensorEntry): string {
  return storage === null ? JSON.stringify(path) : JSON.stringify([storage.index, offset, shape, stride, dtype]);
}

/** Fresh numbers for tensors that stay what they are otherwise; tied ones stay tied. */
export function reinitialise(context: Context, operation: Reinitialise): EditState {
  const { state } = context;
  const { stream, tensors } = planReinitialise(context, operation);
  const fresh = new FreshTensors(state, stream);
  const replacements = new Map<PyNode, Value>();
  for (const { step, entries } of tensors) {
    const [first] = entries;
    if (first === undefined) {
      continue;
    }
    const storage = fresh.storage(drawnContent(stream, step, first.dtype), lookOf(first, false), countOf(first.shape));
    for (const entry of entries) {
      if (isNode(entry.node)) {
        replacements.set(entry.node, fresh.viewOf(storage, entry.shape, lookOf(entry, isParameter(entry, context))));
      }
    }
  }
  return nextState(state, { root: replaceNodes(state.root, replacements), contents: fresh.contents });
}
