import type { Value } from '../pickle/values';
import type { Child, ChildList } from './meaning';
import type { PathElement } from './checkpoint';
import { keyIdentity } from './dictKeys';

function item(element: PathElement, value: Value): Child {
  return { element, value, role: null, submodule: null, attribute: false };
}

/** Keys and values in turn, each made when it is asked for: most dicts are walked once and large. */
export class MappingChildren implements ChildList {
  readonly length: number;

  constructor(
    private readonly entries: readonly Value[],
    private readonly elementOf: (key: Value) => PathElement,
  ) {
    this.length = Math.floor(entries.length / 2);
  }

  at(index: number): Child | undefined {
    if (index >= this.length) {
      return undefined;
    }
    return item(this.elementOf(this.entries[2 * index] ?? null), this.entries[2 * index + 1] ?? null);
  }
}

/** Items by their position. */
export class SequenceChildren implements ChildList {
  constructor(private readonly items: readonly Value[]) {}

  get length(): number {
    return this.items.length;
  }

  at(index: number): Child | undefined {
    return index < this.items.length ? item(index, this.items[index] ?? null) : undefined;
  }
}

/** One list behind the other. */
export function joinChildren(first: ChildList, second: ChildList): ChildList {
  if (first.length === 0 || second.length === 0) {
    return first.length === 0 ? second : first;
  }
  return {
    length: first.length + second.length,
    at: (index) => (index < first.length ? first.at(index) : second.at(index - first.length)),
  };
}

export function listChildren(children: ChildList): Child[] {
  const all: Child[] = [];
  for (let index = 0; index < children.length; index++) {
    const child = children.at(index);
    if (child !== undefined) {
      all.push(child);
    }
  }
  return all;
}

/** What is set twice once, as Python keeps it: the place and the key of the first, the value of the last. */
export function withoutRepeats(children: ChildList, entries: readonly Value[]): ChildList {
  const places = new Map<string | number, number>();
  const kept: Child[] = [];
  listChildren(children).forEach((child, index) => {
    const identity = keyIdentity(entries[2 * index] ?? null);
    const earlier = identity === null ? undefined : places.get(identity);
    if (earlier !== undefined) {
      kept[earlier] = { ...child, element: kept[earlier]?.element ?? child.element };
      return;
    }
    if (identity !== null) {
      places.set(identity, kept.length);
    }
    kept.push(child);
  });
  return kept;
}
