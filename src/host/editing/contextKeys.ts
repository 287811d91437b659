import { RowFlag } from '../../core/tree/treeColumns';
import { rowIndex } from '../rowPaths';
import { hasDeadBytes } from './deadBytes';
import type { EditPanel, ShownState } from './editPanel';

/** Context keys of package.json, without `checkpointEditor.`: a command shows only where it can work. */
export interface EditKeys {
  readonly editable: boolean;
  /** Something can hold more than named tensors: everything but a `.safetensors`. */
  readonly holdsObjects: boolean;
  readonly hasStateDict: boolean;
  readonly hasTensors: boolean;
  /** Some of them are parameters of a model: there are layers. */
  readonly hasLayers: boolean;
  readonly hasDevices: boolean;
  /** There is something to take out of the file. */
  readonly hasBranch: boolean;
  readonly hasModule: boolean;
  readonly hasOptimizer: boolean;
  /** The file holds bytes that no tensor uses. */
  readonly hasSlack: boolean;
  /** `weights_only=True` does not load the file. */
  readonly isRefused: boolean;
  readonly hasEdits: boolean;
  /** Rows of removed entries can be shown. */
  readonly hasRemoved: boolean;
  /** The focused row is a value. */
  readonly valueSelected: boolean;
}

type FileKeys = Omit<EditKeys, 'editable' | 'hasEdits' | 'valueSelected'>;

const noKeys: FileKeys = {
  holdsObjects: false,
  hasStateDict: false,
  hasTensors: false,
  hasLayers: false,
  hasDevices: false,
  hasBranch: false,
  hasModule: false,
  hasOptimizer: false,
  hasSlack: false,
  isRefused: false,
  hasRemoved: false,
};

/** Those of one state: looked at again with every row that is selected. */
const known = new WeakMap<ShownState, FileKeys>();

export function editKeys(panel: EditPanel | undefined): EditKeys {
  const shown = panel?.shown;
  if (panel === undefined || shown === undefined) {
    return { ...noKeys, editable: false, hasEdits: false, valueSelected: false };
  }
  const { history, readOnly } = panel.document;
  let keys = known.get(shown);
  if (keys === undefined) {
    keys = fileKeys(shown);
    known.set(shown, keys);
  }
  const [focused] = panel.selection;
  return {
    ...keys,
    editable: readOnly === null,
    hasEdits: (history?.all.length ?? 0) > 1,
    valueSelected: focused !== undefined && rowIndex(shown).entry(focused)?.kind === 'value',
  };
}

function fileKeys({ checkpoint, tree }: ShownState): FileKeys {
  const { branches, optimizers, summary, container, weightsOnly } = checkpoint;
  const hasModule = branches.some(({ role }) => role === 'module');
  return {
    holdsObjects: container.kind !== 'safetensors',
    hasStateDict: branches.some(({ role }) => role === 'state-dict'),
    hasTensors: summary.tensors > 0,
    hasLayers: hasModule || branches.some(({ role }) => role === 'state-dict'),
    hasDevices: summary.devices.size > 0,
    hasBranch: hasModule || branches.some(({ path, role }) => path.length > 0 && role !== null),
    hasModule,
    hasOptimizer: optimizers.length > 0,
    hasSlack: tree.flags.some((flags) => (flags & RowFlag.Partial) !== 0) || hasDeadBytes(checkpoint),
    isRefused: !weightsOnly.loads,
    hasRemoved: (tree.changes?.removed ?? 0) > 0,
  };
}
