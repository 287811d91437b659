import type { BlockerReason, ImportReason } from '../audit/codes';
import type { ByteSource } from '../bytes/byteSource';
import type { Container, ContainerRecord } from '../container/container';
import type { Finding } from '../findings';
import type { Limits } from '../limits';
import type { Value } from '../pickle/values';
import type { StorageContent } from '../write/storageContent';
import type { NestedFiles } from './nested';

/**
 * One step of the way to an entry (cli.md, "Naming entries"): a string key or small int as it is, any other key by its
 * repr, items of sequences as numbers, attributes as `.name`, arguments of an unknown call as `(0)`.
 */
export type PathElement = string | number | { readonly repr: string };
export type Path = readonly PathElement[];

/** What the file is as a whole; the first that holds (cli.md). */
export type CheckpointKind =
  'lightning' | 'module' | 'optimizer' | 'tensor' | 'tensors' | 'state-dict' | 'training-checkpoint' | 'other';

export type Role = 'parameter' | 'buffer' | 'attribute' | 'constant';

/** A storage that tensors of this file lie in. One object per storage: aliases share it. */
export interface Storage {
  /** Index in `Checkpoint.storages`. */
  readonly index: number;
  /** As the persistent id writes it. */
  readonly key: string;
  /** Name of the pickle whose storage it is: key '0' of `constants.pkl` is not key '0' of `data.pkl`. */
  readonly section: string;
  /** Bytes that the pickle says it has. */
  readonly bytes: number;
  /** torch dtype of its first use; null for an untyped one. */
  readonly dtype: string | null;
  /** The device it was saved on, as written: `cpu`, `cuda:1`; null where the format records none. */
  readonly device: string | null;
  /** Where its bytes are; null when the file lacks them. */
  readonly record: ContainerRecord | null;
  /** What reads `record`: the file's container, or one nested in a plain pickle. */
  readonly container: Container;
  /** Position of its first byte in the file itself; null where it does not lie there plainly. */
  readonly position: number | null;
  /** Bytes of `record` before its first one, where there are any: an `.npy` header within an `.npz`. */
  readonly skip?: number;
  /** What an edit made of it; absent where its bytes are those of `record`. */
  readonly content?: StorageContent;
}

export interface TensorEntry {
  readonly kind: 'tensor';
  readonly path: Path;
  /** −1 for a size that differs from one component of a nested tensor to the next. */
  readonly shape: readonly number[];
  /** What torch calls the size that is −1 in a jagged tensor: `j0`. */
  readonly ragged?: string;
  /** torch's name without `torch.`. */
  readonly dtype: string;
  /** null where the format records none. */
  readonly device: string | null;
  /** In elements; null where torch has none (sparse, nested, wrapper subclass). */
  readonly stride: readonly number[] | null;
  /** Storage offset in elements; null as for stride. */
  readonly offset: number | null;
  readonly layout: string;
  readonly requiresGrad: boolean;
  readonly role: Role | null;
  /** Optimizer state: the name of the parameter it belongs to, where that can be derived. */
  readonly parameter: string | null;
  /** That of its values when sparse or quantized; null for meta and wrapper tensors. */
  readonly storage: Storage | null;
  /** What the tensor is beside its numbers: `conj`, `neg`, `quantized`, a subclass's name … for the details. */
  readonly notes: readonly string[];
  /** Bytes of its elements; 0 for meta. */
  readonly bytes: number;
  readonly node: Value;
}

/** A leaf that is no tensor, or an empty container. */
export interface ValueEntry {
  readonly kind: 'value';
  readonly path: Path;
  /** Python's name, with its module for what is not built in. */
  readonly type: string;
  /** Python literal, at most 200 characters: 199 and `…`. */
  readonly repr: string;
  readonly node: Value;
}

export type Entry = TensorEntry | ValueEntry;

/** A dict, list, object … that has entries below it. */
export interface Branch {
  readonly path: Path;
  /** Python's name: `dict`, `collections.OrderedDict`, `argparse.Namespace`. */
  readonly type: string;
  /** What the interface says of it beyond its type, as data: optimizer, module, state dict, or nothing. */
  readonly role: 'state-dict' | 'optimizer' | 'module' | null;
  /** What is below it: `Checkpoint.entries[first … end)`. */
  readonly first: number;
  readonly end: number;
  readonly node: Value;
}

/** Would `torch.load(weights_only=True)` of torch 2.13 take it, and what stops it: all of it at once. */
export interface WeightsOnly {
  readonly torch: '2.13';
  readonly loads: boolean;
  readonly blockers: readonly Blocker[];
}
export interface Blocker {
  readonly reason: BlockerReason;
  readonly name: string;
  readonly paths: readonly Path[];
  /** Storages only: the keys of the others, beside `name`, that stop it likewise. */
  readonly more?: readonly string[];
}

export interface Import {
  /** `torch._utils._rebuild_tensor_v2`, after Python 2 names are mapped. */
  readonly name: string;
  readonly verdict: 'allowed' | 'unknown' | 'dangerous';
  /** Why it is dangerous, or what other torch versions do with it; a code for `src/wording`, null when there is nothing to say. */
  readonly reason: ImportReason | null;
  /** Record that the pickle stands in. */
  readonly section: string;
  /** At most 20. */
  readonly paths: readonly Path[];
  readonly pathCount: number;
  /** Times the name is used. */
  readonly uses: number;
  /** In a pickle that torch.load would not read. */
  readonly unread: boolean;
}

export interface Summary {
  readonly tensors: number;
  /** Elements of all tensors outside optimizer state, aliases once. */
  readonly parameters: number;
  readonly tensorBytes: number;
  /** Bytes of the storages in use, each once. */
  readonly storageBytes: number;
  /** Tensors per dtype and per device, in the order met. */
  readonly dtypes: ReadonlyMap<string, number>;
  readonly devices: ReadonlyMap<string, number>;
}

/** Why it is not known of all parameters of an optimizer which tensors they are. */
export type UnnamedReason =
  // There is no state dict and no module beside it.
  | 'no-model'
  // None of them has parameters of these shapes.
  | 'no-fit'
  // Several do, and their names differ.
  | 'several-models'
  // Several parameters have one shape, and the file does not hold the order that the optimizer was given them in.
  | 'order';

/** What the state of an optimizer says, and what can be derived from it. */
export interface OptimizerInfo {
  /** Its branch: the dict with `state` and `param_groups`, or the pickled optimizer object. */
  readonly path: Path;
  /**
   * Classes that it may be: exactly one where the file names it (`torch.optim.sgd.SGD` is `SGD`), else those of torch.optim
   * whose groups and state have these keys, the likeliest first; empty when none has.
   */
  readonly candidates: readonly string[];
  /** The file names the class. */
  readonly certain: boolean;
  /** Parameters in each of its groups. */
  readonly groups: readonly number[];
  /**
   * Index in `Checkpoint.entries` of each parameter, in the optimizer's order; null where it is not known. Derived for all
   * of them or for none: what is certain of some of them only stands in `TensorEntry.parameter`.
   */
  readonly parameters: readonly (number | null)[];
  /** Null where all are known, or named by the optimizer itself. */
  readonly unnamed: UnnamedReason | null;
  /** Tensors of the state dicts that hold all its parameters, and that are none of them: buffers. */
  readonly buffers: readonly number[];
}

/** What opening read beside the pickle, once: describing an edited graph of the file needs it, and reads nothing. */
export interface Reading {
  readonly limits: Limits;
  /** Legacy files that stand in the pickle as bytes. */
  readonly nested: NestedFiles;
  /** Texts of values that are too long for memory, by node: they show as the others do. */
  readonly longTexts: ReadonlyMap<Value, string>;
}

/** Everything known of a file without running it and without reading a weight. */
export interface Checkpoint {
  readonly source: ByteSource;
  readonly container: Container;
  readonly kind: CheckpointKind;
  /** Prefix that a wrapper left on every key: `module.`, `_orig_mod.`; null when there is none. */
  readonly wrapper: string | null;
  /** Tensors and values in file order. */
  readonly entries: readonly Entry[];
  /** A branch comes before those below it, and before its first entry. */
  readonly branches: readonly Branch[];
  readonly storages: readonly Storage[];
  readonly optimizers: readonly OptimizerInfo[];
  readonly weightsOnly: WeightsOnly;
  readonly imports: readonly Import[];
  readonly findings: readonly Finding[];
  readonly summary: Summary;
  readonly reading: Reading;
}
