import type { Entry, TensorEntry } from '../checkpoint/checkpoint';
import { haveOneOrigin, originOf, type Origin } from './origin';

/** How far a better one is looked for behind the first. */
const lookAhead = 64;

/** Numbers of which each is taken once. Those taken at the front are passed over for good, however often one is asked for. */
export class Candidates {
  private readonly numbers: number[] = [];
  private start = 0;

  add(number: number): void {
    this.numbers.push(number);
  }

  /** Some of them, taken or not. */
  get few(): readonly number[] {
    return this.numbers.slice(0, lookAhead);
  }

  /** The first that is free; one that is preferred where it is not far behind. */
  find(isFree: (number: number) => boolean, isPreferred: (number: number) => boolean): number | undefined {
    const { numbers } = this;
    while (this.start < numbers.length && !isFree(numbers[this.start] ?? -1)) {
      this.start++;
    }
    const near = numbers.slice(this.start, this.start + lookAhead).filter(isFree);
    return near.find(isPreferred) ?? near[0];
  }
}

const none = new Candidates();

/** Tensors by where their numbers come from; made when it is first asked. */
export class OriginIndex {
  private known: Map<object, Map<string, Candidates>> | undefined;

  constructor(private readonly entries: readonly Entry[]) {}

  /** Tensors that show the same elements of the same bytes, in file order. */
  of(tensor: TensorEntry): Candidates {
    const origin = originOf(tensor);
    const places = origin.source === null ? undefined : this.index().get(origin.source);
    const found = places?.get(placeOf(tensor, origin)) ?? places?.get(placeOf(tensor, { ...origin, gathered: true }));
    const [first] = found?.few ?? [];
    const entry = this.entries[first ?? -1];
    return found !== undefined && entry?.kind === 'tensor' && haveOneOrigin(entry, tensor) ? found : none;
  }

  private index(): Map<object, Map<string, Candidates>> {
    if (this.known === undefined) {
      this.known = new Map();
      for (const [index, entry] of this.entries.entries()) {
        if (entry.kind === 'tensor') {
          this.add(index, entry, this.known);
        }
      }
    }
    return this.known;
  }

  private add(index: number, entry: TensorEntry, known: Map<object, Map<string, Candidates>>): void {
    const origin = originOf(entry);
    if (origin.source === null) {
      return;
    }
    const places = known.get(origin.source) ?? new Map<string, Candidates>();
    known.set(origin.source, places);
    // Where one side was written anew, the shape alone is left to compare.
    for (const place of new Set([placeOf(entry, origin), placeOf(entry, { ...origin, gathered: true })])) {
      const candidates = places.get(place) ?? new Candidates();
      candidates.add(index);
      places.set(place, candidates);
    }
  }
}

function placeOf({ shape, offset }: TensorEntry, { gathered }: Origin): string {
  return gathered ? shape.join() : `${String(offset)}:${shape.join()}`;
}
