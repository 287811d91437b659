import type { PyCall, Value } from '../pickle/values';
import type { PathElement, Role } from './checkpoint';
import type { OpenTensor } from './openTensor';

/** What one value of a pickle is to someone who looks at a checkpoint. */
export type Meaning = TensorMeaning | LeafMeaning | BranchMeaning | BrokenMeaning;

export interface TensorMeaning {
  readonly kind: 'tensor';
  readonly tensor: OpenTensor;
}

/** A value that is shown whole. */
export interface LeafMeaning {
  readonly kind: 'leaf';
  readonly type: string;
  readonly repr: string;
}

/** Something with entries of its own below it. */
export interface BranchMeaning {
  readonly kind: 'branch';
  readonly type: string;
  readonly role: 'optimizer' | 'module' | 'mapping' | 'sequence' | 'set' | 'object';
  readonly children: ChildList;
  /** How Python would show it without its children; what is shown when there are none. */
  readonly empty: string;
  /** Values that belong to it and are no children: its class, the factory of a defaultdict, keys that are objects. */
  readonly own: readonly Value[];
}

/** A tensor, or something else known, whose arguments make no sense. */
export interface BrokenMeaning {
  readonly kind: 'broken';
  readonly type: string;
  readonly repr: string;
  readonly reason: string;
}

/** Children in order; an array is one. */
export interface ChildList {
  readonly length: number;
  at(index: number): Child | undefined;
}

export interface Child {
  readonly element: PathElement;
  readonly value: Value;
  readonly role: Role | null;
  /** A module inside a module: its dotted name below the outermost one. Null for everything else. */
  readonly submodule: string | null;
  /** It is an attribute, and no item, key, parameter or buffer. */
  readonly attribute: boolean;
}

/** Makes the meaning of a call whose callee is known by name; null where the call has an unexpected form. */
export type KnownCall = (call: PyCall, shower: Shower) => LeafMeaning | BranchMeaning | null;

/** What known calls need of the interpreter. */
export interface Shower {
  /** Python's text for a value, cut to what is shown of one. */
  repr(value: Value): string;
  /** Children for keys and values in turn, what is set twice once. */
  mapping(entries: readonly Value[]): ChildList;
  sequence(items: readonly Value[]): ChildList;
  /** Children for what BUILD sets: attributes, or a state that is no dict. */
  attributes(state: Value | undefined): readonly Child[];
  /** Name of an import, or of what stands for one; null for anything else. */
  name(value: Value | undefined): string | null;
  /** Bytes that a value is: `bytes`, or `_codecs.encode(text, 'latin1')`; null for others, and for those left in the stream. */
  bytes(value: Value | undefined): Uint8Array | null;
}

export function leaf(type: string, repr: string): LeafMeaning {
  return { kind: 'leaf', type, repr };
}
