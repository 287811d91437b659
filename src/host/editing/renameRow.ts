import type { Path, PathElement } from '../../core/checkpoint/checkpoint';
import { elementText, keyOf } from '../../core/checkpoint/path';
import { editError } from '../../core/edit/editError';
import type { Operation } from '../../core/edit/operations';
import type { EditIntent } from '../../protocol/edits';
import { rowIndex } from '../rowPaths';
import type { ShownState } from './editPanel';

/** A part of a row's key that one name gives: a step of its path, or what the keys of a dotted group begin with. */
interface Part {
  readonly text: string;
  /** null for the group. */
  readonly element: PathElement | null;
  readonly path: Path;
}

/**
 * The label of a row, changed in place. A label may span several names, as a group with one child is one row with it: one
 * of them can change at a time.
 * @throws EditError where none of them is a key of a dict.
 */
export function renameRow(shown: ShownState, intent: Extract<EditIntent, { kind: 'renameRow' }>): Operation {
  const index = rowIndex(shown);
  const { path, prefix } = index.path(intent.row);
  const label = index.labels[intent.row] ?? '';
  const parts = partsWithin(path, prefix, label);
  for (const [at, part] of [...parts.entries()].reverse()) {
    const head = parts.slice(0, at).map(({ shownText }) => `${shownText}.`);
    const tail = parts.slice(at + 1).map(({ shownText }) => `.${shownText}`);
    const changed = between(intent.label, head.join(''), tail.join(''));
    if (changed !== null && changed !== part.shownText) {
      const hidden = part.text.slice(0, part.text.length - part.shownText.length);
      return renamed(part, `${hidden}${changed}`);
    }
  }
  throw editError('edit-unsupported', 'not-a-key', [index.key(intent.row)]);
}

/** The parts that a label shows, and how much of each: of a dotted key the beginning may stand in the rows above. */
function partsWithin(path: Path, prefix: string | null, label: string): (Part & { readonly shownText: string })[] {
  const parts: Part[] = path.map((element, depth) => ({
    text: elementText(element),
    element,
    path: path.slice(0, depth + 1),
  }));
  if (prefix !== null) {
    parts.push({ text: prefix.slice(0, -1), element: null, path });
  }
  const found: (Part & { readonly shownText: string })[] = [];
  let left = label.length;
  for (const part of parts.reverse()) {
    if (left <= 0) {
      break;
    }
    const shownText = part.text.slice(Math.max(part.text.length - left, 0));
    found.unshift({ ...part, shownText });
    left -= shownText.length + 1;
  }
  return found;
}

/** What stands between head and tail; null where the text does not have both. */
function between(text: string, head: string, tail: string): string | null {
  const fits = text.startsWith(head) && text.endsWith(tail) && text.length >= head.length + tail.length;
  return fits ? text.slice(head.length, text.length - tail.length) : null;
}

function renamed({ element, path, text }: Part, to: string): Operation {
  if (to === '' || to.endsWith('.')) {
    throw editError('edit-invalid', 'empty-key', [keyOf(path)]);
  }
  if (element === null) {
    return { kind: 'renamePrefix', from: `${text}.`, to: `${to}.`, in: [path] };
  }
  if (typeof element === 'object') {
    throw editError('edit-unsupported', 'not-a-key', [keyOf(path)]);
  }
  const isNumber = typeof element === 'number' && /^(0|-?[1-9]\d{0,14})$/.test(to);
  return { kind: 'renameKey', path, key: isNumber ? Number(to) : to };
}
