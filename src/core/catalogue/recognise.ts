import { isSameShape } from '../checkpoint/layer';
import { firstName, isCounter, type Branch, type RenamedKey } from './branches';

/** What a file is compared with. */
export interface Candidate {
  readonly name: string;
  /** Of two that fit equally well the plain one is meant. */
  readonly isPlain: boolean;
  readonly keys: readonly { readonly key: string; readonly shape: readonly number[] }[];
  /** Keys whose first dimension counts classes, and how many rows each class has. */
  readonly head: ReadonlyMap<string, number>;
  /** The outermost modules and parameters that hold no part of the head, and how many tensors they have. */
  readonly body: ReadonlyMap<string, number>;
}

export interface Recognition {
  readonly name: string;
  /** What stands before each key of the file: `module.`, `model.backbone.`. */
  readonly prefix: string;
  /** Keys of the architecture that the file has, in the shape that its number of classes asks for. */
  readonly matched: number;
  /** Keys of the architecture. `num_batches_tracked` is not counted, here and in `matched`: files without it load too. */
  readonly total: number;
  /** Classes of the file's head; null where it has none, or none of this kind. */
  readonly numClasses: number | null;
  /** The file lacks the architecture's own head, or has another in its place. Other classes alone are no other head. */
  readonly headReplaced: boolean;
  /** Keys, without the prefix, that today's torchvision calls otherwise; it renames them when it loads. */
  readonly renamed: readonly RenamedKey[];
  /** Other architectures with the very same keys and shapes. */
  readonly alternatives: readonly string[];
}

/** Keys that may be missing outside the head: a convolution and its norm that were replaced. One block more has 10. */
const missingAllowed = 5;
/** Keys that may be there but not known, or of another shape: the first convolution, for images of one channel. */
const strangersAllowed = 2;
/** Share of the keys outside the head that has to be there. */
const shareNeeded = 0.8;

interface Score {
  readonly candidate: Candidate;
  readonly branch: Branch;
  readonly matched: number;
  readonly total: number;
  readonly numClasses: number | null;
  /** Keys in common over keys of both. */
  readonly likeness: number;
}

/** Whether a branch has about as many tensors as this architecture where it has them: a quick no for nearly all. */
export function mayBe(body: Candidate['body'], { counts }: Branch): boolean {
  let [there, total] = [0, 0];
  for (const [name, count] of body) {
    there += counts.get(name) ?? 0;
    total += count;
  }
  return there >= total - missingAllowed && there <= total + strangersAllowed;
}

/**
 * How well a branch fits; null where it is not this architecture.
 * @param fileTensors All those of the file: what explains more of them is meant.
 */
export function scoreOf(candidate: Candidate, branch: Branch, fileTensors: number): Score | null {
  const numClasses = classesOf(candidate, branch);
  const count = { total: 0, matched: 0, body: 0, bodyMatched: 0, bodyDiffering: 0 };
  for (const { key, shape } of candidate.keys) {
    if (isCounter(key)) {
      continue;
    }
    const found = branch.shapes.get(key);
    const fits = found !== undefined && isSameShape(found, withClasses(shape, candidate.head.get(key), numClasses));
    const isBody = candidate.body.has(firstName(key));
    count.total += 1;
    count.matched += fits ? 1 : 0;
    count.body += isBody ? 1 : 0;
    count.bodyMatched += isBody && fits ? 1 : 0;
    count.bodyDiffering += isBody && found !== undefined && !fits ? 1 : 0;
    if (count.bodyDiffering > strangersAllowed) {
      return null;
    }
  }
  return isThisOne(candidate, branch, count)
    ? {
        candidate,
        branch,
        matched: count.matched,
        total: count.total,
        numClasses,
        likeness: count.matched / (count.total + fileTensors - count.matched),
      }
    : null;
}

interface Count {
  readonly matched: number;
  readonly body: number;
  readonly bodyMatched: number;
  readonly bodyDiffering: number;
}

function isThisOne({ body }: Candidate, { counts }: Branch, count: Count): boolean {
  const there = [...body.keys()].reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
  return (
    count.matched > 0 &&
    there - count.bodyMatched <= strangersAllowed &&
    count.body - count.bodyMatched - count.bodyDiffering <= missingAllowed &&
    count.bodyMatched >= count.body * shareNeeded
  );
}

/** @param rows Rows for each class; undefined for what is no head. */
function withClasses(shape: readonly number[], rows: number | undefined, numClasses: number | null): readonly number[] {
  return rows === undefined || numClasses === null ? shape : [rows * numClasses, ...shape.slice(1)];
}

/** The number of classes that the heads in the file agree on; null where there is none, or they do not. */
function classesOf({ keys, head }: Candidate, { shapes }: Branch): number | null {
  const numbers = new Set<number | null>();
  for (const { key, shape } of keys) {
    const rows = head.get(key);
    const found = rows === undefined ? undefined : shapes.get(key);
    if (rows !== undefined && found !== undefined) {
      const classes = (found[0] ?? 0) / rows;
      const isHead = Number.isInteger(classes) && isSameShape(found, withClasses(shape, rows, classes));
      numbers.add(isHead ? classes : null);
    }
  }
  const [only] = numbers;
  return numbers.size === 1 && only !== undefined ? only : null;
}

/** The best of several; null where there is none. */
export function bestOf(scores: readonly Score[]): Recognition | null {
  const likeness = Math.max(...scores.map((score) => score.likeness));
  const best = scores.filter((score) => score.likeness === likeness);
  const chosen = best.find(({ candidate }) => candidate.isPlain) ?? best[0];
  if (chosen === undefined) {
    return null;
  }
  const { candidate, branch, matched, total, numClasses } = chosen;
  return {
    name: candidate.name,
    prefix: branch.prefix,
    matched,
    total,
    numClasses,
    headReplaced: candidate.head.size > 0 && numClasses === null,
    renamed: branch.renamed,
    alternatives: best.flatMap((other) => (other === chosen ? [] : [other.candidate.name])),
  };
}
