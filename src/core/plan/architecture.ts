import type { Architecture } from '../catalogue/architecture';
import type { Catalogue } from '../catalogue/catalogue';
import type { Recognition } from '../catalogue/recognise';
import { isSameShape } from '../checkpoint/layer';
import type { DrawStep } from '../init/draw';
import type { SourceKey } from '../match/match';

/** What a plan needs to know of an architecture of the catalogue. */
export interface PlanArchitecture {
  readonly name: string;
  readonly builder: string;
  readonly hasBackbone: boolean;
  readonly task: string;
  /** Classes of the file's head; null where the architecture has none. */
  readonly numClasses: number | null;
  /** What stands before each key of the file. */
  readonly prefix: string;
  readonly matched: number;
  readonly total: number;
  /** Module groups in forward order, and what they are. */
  readonly blocks: readonly { readonly modules: readonly string[]; readonly text: string }[];
  /** Keys that the number of classes changes. */
  readonly classifier: readonly string[];
  readonly buffers: ReadonlySet<string>;
  /** Every key with its shape for a number of classes. */
  shapes(classes: number | null): ReadonlyMap<string, readonly number[]>;
  /** What the constructor draws for a number of classes, in its order. */
  initialisation(classes: number | null): readonly DrawStep[];
}

/**
 * The architecture that a state dict is one of, as its builder makes it. Null for any other, and for one that was changed: then
 * nothing but the person's own class makes that network.
 */
export function planArchitecture(catalogue: Catalogue, keys: readonly SourceKey[]): PlanArchitecture | null {
  const recognition = catalogue.recognise(keys);
  if (recognition === null || recognition.headReplaced || recognition.renamed.length > 0) {
    return null;
  }
  const architecture = architectureOf(catalogue, recognition);
  return architecture !== null && isAsBuilt(architecture, keys) ? architecture : null;
}

/** Parts of networks for training alone: their builders make them or not. */
const auxiliary = /^(?:aux[12]|AuxLogits|aux_classifier)\./;

/** Whether the builder's `state_dict()` has these keys in these shapes. */
function isAsBuilt(architecture: PlanArchitecture, keys: readonly SourceKey[]): boolean {
  const { prefix, numClasses } = architecture;
  const own = architecture.shapes(numClasses);
  const found = new Set<string>();
  for (const { key, shape } of keys) {
    // Attributes of the dict itself, such as its `_metadata`.
    if (shape === null) {
      continue;
    }
    const name = key.slice(prefix.length);
    const wanted = key.startsWith(prefix) ? own.get(name) : undefined;
    if (wanted === undefined || !isSameShape(shape, wanted)) {
      return false;
    }
    found.add(name);
  }
  // Files older than the counter load too.
  return [...own.keys()].every((key) => found.has(key) || auxiliary.test(key) || key.endsWith('num_batches_tracked'));
}

function architectureOf(catalogue: Catalogue, recognition: Recognition): PlanArchitecture | null {
  const { name, prefix, matched, total, numClasses } = recognition;
  const withClasses = (classes: number | null): Architecture | null =>
    catalogue.architecture(name, classes === null ? {} : { numClasses: classes });
  const own = withClasses(numClasses);
  if (own === null) {
    return null;
  }
  const { builder, hasBackbone, task, classifier } = own;
  return {
    name,
    builder,
    hasBackbone,
    task,
    numClasses,
    prefix,
    matched,
    total,
    blocks: own.blocks.map(({ modules, classes }) => ({ modules, text: classes.map(classText).join(' + ') })),
    classifier,
    buffers: new Set(own.keys.flatMap(({ key, isBuffer }) => (isBuffer ? [key] : []))),
    shapes: (classes) => new Map((withClasses(classes) ?? own).keys.map(({ key, shape }) => [key, shape])),
    initialisation: (classes) => (withClasses(classes) ?? own).initialisation,
  };
}

/** `2 × BasicBlock` */
function classText({ className, count }: { readonly className: string; readonly count: number }): string {
  return count === 1 ? className : `${String(count)} × ${className}`;
}
