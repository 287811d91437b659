import type { Path } from '../core/checkpoint/checkpoint';
import { keyOf, lastText } from '../core/checkpoint/path';
import type {
  Conform,
  DeviceTarget,
  Operation,
  Reinitialise,
  RemapDevices,
  RenameKeys,
  ReplaceLayer,
  Resize,
  Selection,
} from '../core/edit/operations';
import { layerText } from '../core/init/layerCall';
import { formatCount, formatShape } from './format';
import type { Translate } from './translate';

export { editErrorText } from './editErrors';

/** An edit in a few words: in the list of edits, and behind "Undo" in menus. `Remove optimizer_state_dict and 1 more`. */
export function operationText(operation: Operation, t: Translate): string {
  switch (operation.kind) {
    case 'keep':
      return t('Keep only {0}', selectionText(operation.selection, t));
    case 'remove':
      return t('Remove {0}', selectionText(operation.selection, t));
    case 'rename':
      return renameText(`/${operation.pattern}/`, operation.text === '' ? "''" : operation.text, t);
    case 'stripPrefix':
      return t('Strip prefix {0}', clipped(operation.prefix));
    case 'addPrefix':
      return t('Add prefix {0}', clipped(operation.prefix));
    case 'renamePrefix':
      return renameText(withoutDot(operation.from), withoutDot(operation.to), t);
    case 'renameKey':
      return renameText(lastText(operation.path), String(operation.key), t);
    case 'renameKeys':
      return renamesText(operation, t);
    case 'duplicate':
      return t('Duplicate {0} as {1}', pathText(operation.path, t), clipped(operation.key));
    case 'move':
      return t('Move {0} to index {1}', pathText(operation.path, t), operation.index);
    case 'remapDevices':
      return remapText(operation, t);
    case 'cast':
      return operation.selection === undefined
        ? t('Cast to {0}', operation.dtype)
        : t('Cast {0} to {1}', selectionText(operation.selection, t), operation.dtype);
    case 'setValue':
      return t('Set {0} to {1}', pathText(operation.path, t), clipped(operation.literal));
    case 'addEntry':
      return t('Add {0} = {1}', pathText(operation.path, t), clipped(operation.literal));
    case 'requiresGrad':
      return t('Set requires_grad of {0} to {1}', selectionText(operation, t), operation.value ? 'True' : 'False');
    case 'trainMode':
      return operation.training
        ? t('Set {0} to train mode', selectionText(operation, t))
        : t('Set {0} to eval mode', selectionText(operation, t));
    case 'extract':
      return operation.path.length === 0 ? t('Extract state dict') : t('Extract {0}', pathText(operation.path, t));
    case 'wrap':
      return t('Wrap as {0}', namesText([operation.key, ...(operation.values ?? []).map(({ name }) => name)], t));
    case 'addFrom':
      return t('Add {0} from {1}', pathText(operation.path, t), clipped(fileName(operation.resource)));
    case 'plainValues':
      return operation.selection === undefined
        ? t('Make loadable with weights_only')
        : t('Make {0} plain', selectionText(operation.selection, t));
    case 'optimizer':
      return optimizerText(operation, t);
    case 'conform':
      return conformText(operation, t);
    case 'replaceLayer':
    case 'resize':
    case 'reinitialise':
      return freshText(operation, t);
    case 'compact':
      return t('Compact');
  }
}

function renamesText({ renames }: RenameKeys, t: Translate): string {
  const [first, ...others] = renames;
  return first !== undefined && others.length === 0
    ? renameText(first.from, first.to, t)
    : t('Rename {0} keys', formatCount(renames.length));
}

function freshText(operation: ReplaceLayer | Resize | Reinitialise, t: Translate): string {
  switch (operation.kind) {
    case 'replaceLayer':
      return t('Replace {0} by {1}', lastText(operation.path), clipped(layerText(operation.layer)));
    case 'resize':
      return t('Resize {0} to {1}', pathText(operation.path, t), formatShape(operation.shape));
    case 'reinitialise':
      return reinitialiseText(operation, t);
  }
}

/** Name of the codicon that stands before an edit in the list. */
export function operationIcon(operation: Operation): string {
  switch (operation.kind) {
    case 'keep':
      return 'filter';
    case 'remove':
      return 'trash';
    case 'rename':
    case 'stripPrefix':
    case 'addPrefix':
    case 'renamePrefix':
    case 'renameKey':
    case 'renameKeys':
      return 'edit';
    case 'duplicate':
      return 'copy';
    case 'move':
      return 'move';
    case 'remapDevices':
      return 'arrow-swap';
    case 'cast':
    case 'setValue':
      return 'symbol-numeric';
    case 'addEntry':
      return 'add';
    case 'requiresGrad':
      return operation.value ? 'unlock' : 'lock';
    case 'trainMode':
      return 'settings';
    case 'extract':
      return 'export';
    case 'wrap':
      return 'package';
    case 'addFrom':
      return 'file-add';
    case 'plainValues':
      return 'symbol-object';
    case 'optimizer':
      return operation.action === 'drop' ? 'trash' : 'refresh';
    case 'conform':
      return 'target';
    case 'replaceLayer':
      return 'replace';
    case 'resize':
      return 'arrow-both';
    case 'reinitialise':
      return 'sparkle';
    case 'compact':
      return 'fold';
  }
}

function reinitialiseText({ steps, as }: Reinitialise, t: Translate): string {
  const drawn = new Set(steps.flatMap(({ path }) => (path === null ? [] : [keyOf(path)])));
  const [only = ''] = drawn;
  if (as !== undefined) {
    return t('Start afresh as {0}: {1}', as, drawn.size === 1 ? clipped(only) : formatCount(drawn.size));
  }
  return drawn.size === 1 ? t('Start {0} afresh', clipped(only)) : t('Start {0} tensors afresh', drawn.size);
}

function conformText({ path, keys }: Conform, t: Translate): string {
  const count = formatCount(keys.length);
  if (path.length === 0) {
    return keys.length === 1 ? t('Take the model’s 1 key') : t('Take the model’s {0} keys', count);
  }
  return keys.length === 1
    ? t('Give {0} the model’s 1 key', pathText(path, t))
    : t('Give {0} the model’s {1} keys', pathText(path, t), count);
}

function renameText(from: string, to: string, t: Translate): string {
  return t('Rename {0} → {1}', clipped(from), clipped(to));
}

/** A group of dotted keys is named without the dot that ends it. */
function withoutDot(prefix: string): string {
  return prefix.replace(/\.$/, '');
}

function remapText({ to, selection }: RemapDevices, t: Translate): string {
  if (selection !== undefined) {
    return t('Remap {0} to {1}', selectionText(selection, t), targetText(to, t));
  }
  return to.kind === 'all' ? t('Remap all devices to {0}', to.device) : t('Remap {0}', targetText(to, t));
}

function targetText(to: DeviceTarget, t: Translate): string {
  return to.kind === 'all' ? to.device : namesText(devicePairs(to.map), t);
}

function devicePairs(map: Readonly<Record<string, string>>): string[] {
  return Object.entries(map).map(([from, device]) => `${from} → ${device}`);
}

function optimizerText(operation: Extract<Operation, { kind: 'optimizer' }>, t: Translate): string {
  const path = pathText(operation.path, t);
  if (operation.action === 'drop') {
    return t('Drop optimizer {0}', path);
  }
  const count = operation.parameters.length;
  if (operation.action === 'renumber') {
    return count === 1 ? t('Take 1 parameter out of {0}', path) : t('Take {0} parameters out of {1}', count, path);
  }
  return count === 1 ? t('Reset 1 parameter of {0}', path) : t('Reset {0} parameters of {1}', count, path);
}

function selectionText({ paths = [], globs = [] }: Selection, t: Translate): string {
  return namesText([...globs, ...paths.map((path) => plainPath(path, t))], t);
}

/** `optimizer_state_dict and 1 more`. */
function namesText(names: readonly string[], t: Translate): string {
  const [first = '', ...others] = names;
  return others.length === 0 ? clipped(first) : t('{0} and {1} more', clipped(first), others.length);
}

function pathText(path: Path, t: Translate): string {
  return clipped(plainPath(path, t));
}

function plainPath(path: Path, t: Translate): string {
  return path.length === 0 ? t('the whole file') : keyOf(path);
}

/** Of a path of any system. */
function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

const shownCharacters = 60;

/** One line of a menu: keys and literals may have any length, and line breaks. The ends of keys tell them apart. */
function clipped(text: string): string {
  const characters = Array.from(text.replace(/\s+/g, ' '));
  if (characters.length <= shownCharacters) {
    return characters.join('');
  }
  const half = shownCharacters / 2;
  return `${characters.slice(0, half - 1).join('')}…${characters.slice(-half).join('')}`;
}
