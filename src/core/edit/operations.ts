import type { Path, PathElement } from '../checkpoint/checkpoint';

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

/** Storages are cut to what their views use. */
export interface Compact {
  readonly kind: 'compact';
}
