import { architectureOf, expand, moduleAt, type Architecture, type Expanded } from './architecture';
import type { ArchitectureData, CatalogueData, Task } from './catalogueData';
import { branchesOf, firstName, isCounter, tensorsOf, type FileKey } from './branches';
import { bestOf, mayBe, scoreOf, type Candidate, type Recognition } from './recognise';
import { hashPrefixOf } from './weightsHash';

/** A published set of weights. */
export interface Weights {
  /** `ResNet50_Weights.IMAGENET1K_V2` */
  readonly name: string;
  readonly url: string;
  /** What `torch.hub` calls the file in its cache. */
  readonly fileName: string;
  /** The first digits of the file's SHA-256; null where the name has none. */
  readonly hashPrefix: string | null;
  /** In bytes, near enough. */
  readonly bytes: number;
  /** Classes of its head; null where it has none. */
  readonly numClasses: number | null;
  readonly isDefault: boolean;
}

export interface ArchitectureName {
  readonly name: string;
  readonly task: Task;
  /** What Python calls: `torchvision.models.resnet50`. */
  readonly builder: string;
}

/** A file with more tensors than that is none of these models: the largest has some 1,500. */
const mostKeys = 20_000;

/** The architectures that torchvision registers, without torchvision. */
export class Catalogue {
  readonly #expanded = new Map<ArchitectureData, Expanded>();
  readonly #candidates = new Map<ArchitectureData, Candidate>();
  readonly #bodies = new Map<ArchitectureData, ReadonlyMap<string, number>>();
  readonly #tensorCounts = new Map<number, number>();
  readonly #byName: ReadonlyMap<string, ArchitectureData>;

  constructor(private readonly data: CatalogueData) {
    this.#byName = new Map(data.architectures.map((entry) => [entry.name, entry]));
  }

  /** Of the torchvision that it was made from. */
  get version(): string {
    return this.data.torchvision;
  }

  names(): readonly ArchitectureName[] {
    return this.data.architectures.map(({ name, task, builder }) => ({
      name,
      task,
      builder: `torchvision.${builder}`,
    }));
  }

  /** null where torchvision has no such architecture. `numClasses` is the builder's own unless it is given. */
  architecture(name: string, { numClasses }: { readonly numClasses?: number } = {}): Architecture | null {
    const entry = this.#byName.get(name);
    return entry === undefined
      ? null
      : architectureOf(this.data, entry, this.#expand(entry), numClasses ?? entry.numClasses);
  }

  /** The published weights of an architecture, none where there is no such architecture. */
  weights(name: string): readonly Weights[] {
    return (this.#byName.get(name)?.weights ?? []).map((weights) => {
      const fileName = weights.file.slice(weights.file.lastIndexOf('/') + 1);
      return {
        name: weights.name,
        url: this.data.downloads + weights.file,
        fileName,
        hashPrefix: hashPrefixOf(fileName),
        bytes: Math.round(weights.megabytes * 1024 * 1024),
        numClasses: weights.classes,
        isDefault: weights.isDefault ?? false,
      };
    });
  }

  /** The published weights whose hash a file has; several where torchvision has several names for one file. */
  weightsWithHash(sha256: string): readonly Weights[] {
    return this.names()
      .flatMap(({ name }) => this.weights(name))
      .filter(({ hashPrefix }) => hashPrefix !== null && sha256.startsWith(hashPrefix));
  }

  /**
   * The architecture whose keys and shapes a state dict has, whatever stands before its keys and whatever head it has; null
   * where it is none of them, as far as names and shapes tell.
   */
  recognise(keys: readonly FileKey[]): Recognition | null {
    if (keys.length > mostKeys) {
      return null;
    }
    const tensors = tensorsOf(keys);
    // The whole comes before its parts: a segmentation model before its backbone.
    for (const branch of branchesOf(tensors)) {
      const scores = this.data.architectures
        .filter((entry) => mayBe(this.#body(entry), branch))
        .flatMap((entry) => scoreOf(this.#candidate(entry), branch, tensors.length) ?? []);
      if (scores.length > 0) {
        return bestOf(scores);
      }
    }
    return null;
  }

  #expand(entry: ArchitectureData): Expanded {
    let expanded = this.#expanded.get(entry);
    if (expanded === undefined) {
      expanded = expand(this.data, entry.root);
      this.#expanded.set(entry, expanded);
    }
    return expanded;
  }

  #candidate(entry: ArchitectureData): Candidate {
    let candidate = this.#candidates.get(entry);
    if (candidate === undefined) {
      candidate = {
        name: entry.name,
        isPlain: entry.task !== 'quantizedClassification',
        keys: this.#expand(entry).keys,
        head: new Map(entry.head),
        body: this.#body(entry),
      };
      this.#candidates.set(entry, candidate);
    }
    return candidate;
  }

  /** Who replaces a head may replace the module around it: `model.classifier = nn.Sequential(...)`. */
  #body(entry: ArchitectureData): ReadonlyMap<string, number> {
    let body = this.#bodies.get(entry);
    if (body === undefined) {
      const heads = new Set(entry.head.map(([key]) => firstName(key)));
      const [, children, parameters = []] = moduleAt(this.data.modules, entry.root);
      body = new Map(
        [
          ...parameters.map(([name]) => [name, 1] as const),
          ...children.map(([name, child]) => [name, this.#tensors(child)] as const),
        ].filter(([name]) => !heads.has(name)),
      );
      this.#bodies.set(entry, body);
    }
    return body;
  }

  /** Tensors of a module and all that is in it, counters aside. */
  #tensors(index: number): number {
    let count = this.#tensorCounts.get(index);
    if (count === undefined) {
      const [, children, parameters = [], buffers = []] = moduleAt(this.data.modules, index);
      count = parameters.length + buffers.filter(([name]) => !isCounter(name)).length;
      for (const [, child] of children) {
        count += this.#tensors(child);
      }
      this.#tensorCounts.set(index, count);
    }
    return count;
  }
}
