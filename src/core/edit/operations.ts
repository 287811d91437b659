import type { Path, PathElement } from '../checkpoint/checkpoint';
import type { Draw, DrawStep } from '../init/draw';
import type { Initialisation } from '../init/initialisation';
import type { LayerSpec } from '../init/layerSpec';

/** Entries and branches that an operation works on. A glob is matched on the keys of entries (cli.md, "Naming entries"). */
export interface Selection {
  readonly paths?: readonly Path[];
  readonly globs?: readonly string[];
}

/**
 * One edit, as plain data that JSON holds: what history, backups and the command line keep. Paths are those of the state
 * that it is applied to.
 */
export type Operation =
  | Keep
  | Remove
  | Rename
  | StripPrefix
  | AddPrefix
  | RenamePrefix
  | RenameKey
  | RenameKeys
  | Duplicate
  | Move
  | RemapDevices
  | Cast
  | SetValue
  | AddEntry
  | RequiresGrad
  | TrainMode
  | Extract
  | Wrap
  | AddFrom
  | PlainValues
  | OptimizerEdit
  | ReplaceLayer
  | Resize
  | Reinitialise
  | Conform
  | Compact;

export type OperationKind = Operation['kind'];

/** Everything else goes. */
export interface Keep {
  readonly kind: 'keep';
  readonly selection: Selection;
}
export interface Remove {
  readonly kind: 'remove';
  readonly selection: Selection;
}

/** Which keys a renaming looks at: those of the state dicts, unless said otherwise. */
export interface KeyScope {
  /** Dicts whose keys are meant. */
  readonly in?: readonly Path[];
  /** Entries whose keys are meant. */
  readonly only?: readonly Path[];
}
/** Every match in each key is replaced; the pattern is JavaScript's, the text may hold `$1`. */
export interface Rename extends KeyScope {
  readonly kind: 'rename';
  readonly pattern: string;
  readonly text: string;
  readonly ignoreCase?: boolean;
}
export interface StripPrefix extends KeyScope {
  readonly kind: 'stripPrefix';
  readonly prefix: string;
}
export interface AddPrefix extends KeyScope {
  readonly kind: 'addPrefix';
  readonly prefix: string;
}
/** A group of keys under another name: `fc.` → `head.`. */
export interface RenamePrefix extends KeyScope {
  readonly kind: 'renamePrefix';
  readonly from: string;
  readonly to: string;
}
export interface RenameKey {
  readonly kind: 'renameKey';
  readonly path: Path;
  readonly key: PathElement & (string | number);
}

/** Many keys of one state dict at once, each to a name of its own; names may be exchanged. `_metadata` follows. */
export interface RenameKeys {
  readonly kind: 'renameKeys';
  readonly path: Path;
  readonly renames: readonly { readonly from: string; readonly to: string }[];
}

/** The same once more, behind the first: a tensor shares its storage, a dict or list is one of its own. */
export interface Duplicate {
  readonly kind: 'duplicate';
  readonly path: Path;
  readonly key: string;
}
/** To a place among its siblings, counted from 0. */
export interface Move {
  readonly kind: 'move';
  readonly path: Path;
  readonly index: number;
}

/** Where storages go: all to one device, as `map_location` given as a string; or by their tag, as given as a dict. */
export type DeviceTarget =
  | { readonly kind: 'all'; readonly device: string }
  | { readonly kind: 'map'; readonly map: Readonly<Record<string, string>> };
export interface RemapDevices {
  readonly kind: 'remapDevices';
  readonly to: DeviceTarget;
  /** Only the storages of these tensors; `torch.device` values are left alone then. */
  readonly selection?: Selection;
}

export interface Cast {
  readonly kind: 'cast';
  /** torch's name without `torch.`. */
  readonly dtype: string;
  /** Without it every floating tensor. */
  readonly selection?: Selection;
  /** Ints and bools too. */
  readonly integers?: boolean;
}

/** Literals are Python's: `17`, `0.1`, `'text'`, `True`, `None`, `[1, 2]`. */
export interface SetValue {
  readonly kind: 'setValue';
  readonly path: Path;
  readonly literal: string;
}
/** The last step of the path is the new key; in a list it is the place. */
export interface AddEntry {
  readonly kind: 'addEntry';
  readonly path: Path;
  readonly literal: string;
}

export interface RequiresGrad {
  readonly kind: 'requiresGrad';
  /** Branches, modules or tensors. */
  readonly paths: readonly Path[];
  readonly value: boolean;
}
/** `module.train(training)`. */
export interface TrainMode {
  readonly kind: 'trainMode';
  readonly paths: readonly Path[];
  readonly training: boolean;
}

/** The file becomes what is at the path; of a module its state dict. */
export interface Extract {
  readonly kind: 'extract';
  readonly path: Path;
}
/** The file becomes a dict with what it was under `key`, and these values beside it. */
export interface Wrap {
  readonly kind: 'wrap';
  readonly key: string;
  readonly values?: readonly { readonly name: string; readonly literal: string }[];
}
/** What is at `from` of another file comes to stand at `path`. */
export interface AddFrom {
  readonly kind: 'addFrom';
  readonly path: Path;
  /** Name of the other file among the resources. */
  readonly resource: string;
  readonly from: Path;
  /** Of a module its state dict. */
  readonly asStateDict?: boolean;
}

/** What `weights_only` refuses becomes plain values, where there are some. */
export interface PlainValues {
  readonly kind: 'plainValues';
  readonly selection?: Selection;
}

/** What the optimizer at `path` keeps of parameters that changed. `parameters` are places in its order, from 0. */
export type OptimizerEdit =
  | { readonly kind: 'optimizer'; readonly action: 'drop'; readonly path: Path }
  | {
      readonly kind: 'optimizer';
      /** `reset`: their state goes; `renumber`: they go, and the others close up. */
      readonly action: 'reset' | 'renumber';
      readonly path: Path;
      readonly parameters: readonly number[];
    };

/** A state dict gets exactly these keys, in this order: those of the model that is to load it. */
export interface Conform {
  readonly kind: 'conform';
  readonly path: Path;
  readonly keys: readonly ConformKey[];
  /** What numbers that are made afresh are made from: all of one stream, in the order drawn, also what is not taken. */
  readonly fresh?: { readonly seed: number; readonly steps: readonly DrawStep[] };
}
/** Where the tensor of one key comes from. */
export type ConformKey = { readonly key: string } & (
  | { readonly how: 'load'; readonly from: string }
  /** The same elements under another shape: sizes of 1 come or go. */
  | { readonly how: 'reshape'; readonly from: string; readonly shape: readonly number[] }
  /** Position embeddings, by bicubic interpolation. */
  | { readonly how: 'interpolate'; readonly from: string; readonly shape: readonly number[] }
  /** Rows, columns … that both have are ours, the rest is afresh. */
  | { readonly how: 'overlap'; readonly from: string; readonly shape: readonly number[] }
  | { readonly how: 'afresh'; readonly shape: readonly number[]; readonly dtype: string }
  /** A key of the state dict or module at `path` of another file. */
  | { readonly how: 'fromTarget'; readonly resource: string; readonly path: Path }
);

/** `model.fc = nn.Linear(2048, 120)`: a layer of a state dict or of a pickled module becomes another one. */
export interface ReplaceLayer {
  readonly kind: 'replaceLayer';
  /** Its state dict or module, then its name there, with dots: all that stands below it goes. '' is the dict itself. */
  readonly path: Path;
  readonly layer: LayerSpec;
  readonly initialisation: Initialisation;
  readonly seed: number;
  /** Rows, columns … that both have stay as they are. */
  readonly keepOverlap?: boolean;
}

/** A tensor gets another shape: what both have stays, the rest is drawn as the layer's default. */
export interface Resize {
  readonly kind: 'resize';
  readonly path: Path;
  readonly shape: readonly number[];
  readonly seed: number;
}

/** Tensors get fresh numbers, all of one stream; shapes, dtypes and devices stay. */
export interface Reinitialise {
  readonly kind: 'reinitialise';
  readonly seed: number;
  /** In the order drawn. A tensor that is drawn twice keeps the last; without a path a draw only takes its words. */
  readonly steps: readonly ReinitialiseStep[];
  /** The architecture whose constructor draws so; absent where they are the layers' defaults. */
  readonly as?: string;
}
export type ReinitialiseStep =
  | { readonly path: Path; readonly draw: Draw }
  | { readonly path: null; readonly shape: readonly number[]; readonly draw: Draw };

/** Storages are cut to what their views use. */
export interface Compact {
  readonly kind: 'compact';
}
