import type { Trie } from '../tree/trie';
import type { Aliases } from './aliases';
import type { Branch, Checkpoint } from './checkpoint';
import { impliedBlock } from './blockRules';
import { layerText, type Context, type Layer, type Shapes } from './layer';
import { impliedLayer } from './layerRules';

/** What a row is, beyond its numbers: said behind its key. */
export type Description =
  /** A layer or block that the weights imply, or a class that the file names: `Conv2d 3 → 64, 7×7`, `argparse.Namespace`. */
  | { readonly kind: 'layer'; readonly text: string }
  /** All its tensors are those of another entry or group, with that key in its own state dict. */
  | { readonly kind: 'shares'; readonly key: string }
  | {
      readonly kind: 'optimizer';
      /** As in `OptimizerInfo`. */
      readonly candidates: readonly string[];
      readonly certain: boolean;
      readonly parameters: number;
      readonly groups: number;
    };

export type DescriptionText = (description: Description) => string;

/** Names and signs only, for where no language is at hand. */
export const symbolText: DescriptionText = (description) => {
  switch (description.kind) {
    case 'layer':
      return description.text;
    case 'shares':
      return `= ${description.key}`;
    case 'optimizer':
      return description.candidates.join(' | ');
  }
};

/** What stands before a group. */
type Before = Omit<Context, 'next'>;

const nothingBefore: Before = { dimensions: 0, channels: 0 };
/** Modules that say less than what is in them. */
const plainContainers = new Set(['Sequential', 'ModuleList', 'ModuleDict']);
const builtinTypes = /^(?:dict|list|tuple|set|frozenset|collections\.(?:OrderedDict|defaultdict|deque|Counter))$/;

/** Vectors with a number for each channel of what stands before them. */
const channelNames: ReadonlySet<string> = new Set(['weight', 'bias', 'running_mean']);

type Described = Pick<Checkpoint, 'entries' | 'branches' | 'optimizers'>;

/** By node of the tree; absent where there is nothing to say. */
export type Descriptions = readonly (Description | undefined)[];

/** @param checkpoint what the nodes of the tree mean. */
export function describeTree(checkpoint: Described, trie: Trie, aliases: Aliases): Descriptions {
  return new TreeDescriber(checkpoint, trie, aliases).describe();
}

class TreeDescriber {
  private readonly found: (Description | undefined)[];
  private readonly layers: (Layer | undefined)[];
  private readonly before: (Before | undefined)[];
  /** Per group: channels of the norm that follows its weight; 0 when none does. */
  private readonly next: Int32Array;
  /** Node of each entry. */
  private readonly nodeOf: Int32Array;
  /** Per node: 1 when it is, or stands below, an optimizer. */
  private readonly inOptimizer: Uint8Array;

  constructor(
    private readonly checkpoint: Described,
    private readonly trie: Trie,
    private readonly aliases: Aliases,
  ) {
    this.found = new Array<Description | undefined>(trie.size);
    this.layers = new Array<Layer | undefined>(trie.size);
    this.before = new Array<Before | undefined>(trie.size);
    this.next = new Int32Array(trie.size);
    this.nodeOf = new Int32Array(checkpoint.entries.length).fill(-1);
    this.inOptimizer = new Uint8Array(trie.size);
  }

  describe(): Descriptions {
    this.lookAhead();
    // A node's number is above its parent's, so children come first.
    for (let node = this.trie.size - 1; node > 0; node--) {
      if (this.trie.entry[node] === -1) {
        this.describeGroup(node);
      } else {
        this.describeLeaf(node);
      }
    }
    return this.found;
  }

  private branchOf(node: number): Branch | undefined {
    const index = this.trie.branch[node] ?? -1;
    return index === -1 ? undefined : this.checkpoint.branches[index];
  }

  private shapeOf(node: number): readonly number[] | null {
    const index = this.trie.entry[node] ?? -1;
    const entry = index === -1 ? undefined : this.checkpoint.entries[index];
    return entry?.kind === 'tensor' ? entry.shape : null;
  }

  /** From the first node to the last, in file order: what stands before each group, and behind it. */
  private lookAhead(): void {
    const { trie, inOptimizer } = this;
    let before = nothingBefore;
    let latest = 0;
    for (let node = 1; node < trie.size; node++) {
      const parent = trie.parent[node] ?? 0;
      const branch = this.branchOf(node);
      inOptimizer[node] = branch?.role === 'optimizer' ? 1 : (inOptimizer[parent] ?? 0);
      const index = trie.entry[node] ?? -1;
      if (index === -1) {
        if (branch?.role === 'state-dict') {
          before = nothingBefore;
          latest = 0;
        }
        continue;
      }
      this.nodeOf[index] = node;
      this.before[parent] ??= before;
      const shape = trie.gone[node] === 0 ? this.shapeOf(node) : null;
      const [channels = 0] = shape ?? [];
      if (shape !== null && shape.length > 1 && trie.label[node] === 'weight') {
        before = { dimensions: shape.length, channels };
        latest = parent;
      } else if (shape?.length === 1 && channels > 1 && channelNames.has(trie.label[node] ?? '')) {
        before = { ...before, channels };
        if (latest !== parent) {
          this.next[latest] = trie.parent[latest] === trie.parent[parent] ? channels : 0;
          latest = 0;
        }
      }
    }
  }

  /** What is gone makes nothing of what is still there. */
  private childrenOf(node: number): number[] {
    const { firstChild, nextSibling, gone } = this.trie;
    const children: number[] = [];
    for (let child = firstChild[node] ?? -1; child !== -1; child = nextSibling[child] ?? -1) {
      if (gone[child] === gone[node]) {
        children.push(child);
      }
    }
    return children;
  }

  /** Looked up among the few children of a group, rather than in a map made for each of thousands. */
  private shapesOf(children: readonly number[]): Shapes {
    return {
      get: (name) => {
        const child = children.find((each) => this.trie.label[each] === name);
        return child === undefined ? undefined : (this.shapeOf(child) ?? undefined);
      },
    };
  }

  private describeLeaf(node: number): void {
    const target = this.aliasOf(node);
    if (target !== -1) {
      this.found[node] = { kind: 'shares', key: this.shortKey(target) };
    }
  }

  /** Node of the tensor that this one is an alias of; −1 when it is none. Optimizers' own numbers are left alone. */
  private aliasOf(node: number): number {
    const index = this.trie.entry[node] ?? -1;
    const first = this.aliases.first[index];
    return index === -1 || first === undefined || first === index ? -1 : (this.nodeOf[first] ?? -1);
  }

  private describeGroup(node: number): void {
    const branch = this.branchOf(node);
    if (branch?.role === 'optimizer') {
      this.describeOptimizer(node, branch);
      return;
    }
    if (this.inOptimizer[node] === 1) {
      return;
    }
    const children = this.childrenOf(node);
    const named = branch === undefined ? null : namedClass(branch);
    const layer = this.layerOf(node, named, children);
    if (layer !== null && (named === null || plainContainers.has(named))) {
      this.layers[node] = layer;
    } else if (layer !== null && named?.includes(layer.name) === true) {
      this.layers[node] = { ...layer, name: named };
    } else if (named !== null) {
      this.layers[node] = { name: named, sizes: '', input: null, output: null };
    }
    const shared = this.sharedGroup(node, children);
    const text = this.groupText(node, branch);
    if (shared !== -1) {
      this.found[node] = { kind: 'shares', key: this.shortKey(shared) };
      for (const child of children) {
        this.found[child] = undefined;
      }
    } else if (text !== '') {
      this.found[node] = { kind: 'layer', text };
    }
  }

  private groupText(node: number, branch: Branch | undefined): string {
    const layer = this.layers[node];
    if (layer !== undefined && branch?.role !== 'state-dict') {
      // A class that the file names shows with its module where it stands for a whole, by itself where it is a part.
      return branch?.role === 'module' && !this.isPart(node) ? branch.type : layerText(layer);
    }
    return branch === undefined || builtinTypes.test(branch.type) ? '' : branch.type;
  }

  /** Whether a module stands below another one. */
  private isPart(node: number): boolean {
    for (let at = this.trie.parent[node] ?? 0; ; at = this.trie.parent[at] ?? 0) {
      if (this.branchOf(at)?.role === 'module') {
        return true;
      }
      if (at === 0) {
        return false;
      }
    }
  }

  private describeOptimizer(node: number, branch: Branch): void {
    const info = this.checkpoint.optimizers.find(({ path }) => path === branch.path);
    if (info !== undefined) {
      this.found[node] = {
        kind: 'optimizer',
        candidates: info.candidates,
        certain: info.certain,
        parameters: info.parameters.length,
        groups: info.groups.length,
      };
    }
  }

  /** @param named its class, which says more than its name. */
  private layerOf(node: number, named: string | null, children: readonly number[]): Layer | null {
    const shapes = this.shapesOf(children);
    const own = impliedLayer(named ?? this.trie.label[node] ?? '', shapes, {
      ...(this.before[node] ?? nothingBefore),
      next: this.next[node] ?? 0,
    });
    if (own !== null) {
      return own;
    }
    const layers = new Map<string, Layer>();
    for (const child of children) {
      const layer = this.layers[child];
      if (layer !== undefined) {
        layers.set(this.trie.label[child] ?? '', layer);
      }
    }
    return impliedBlock(layers, layers.size === children.length);
  }

  /** The group that holds everything that this one has, under the same names; −1 when there is none. */
  private sharedGroup(node: number, children: readonly number[]): number {
    let group = -1;
    for (const child of children) {
      const target = this.aliasOf(child);
      const holder = target === -1 ? -1 : (this.trie.parent[target] ?? -1);
      const isNamesake = target !== -1 && this.trie.label[target] === this.trie.label[child];
      if (!isNamesake || holder <= 0 || holder === node || (group !== -1 && holder !== group)) {
        return -1;
      }
      group = holder;
    }
    return group;
  }

  /** Key of a node within the innermost state dict or other branch that it stands in. */
  private shortKey(node: number): string {
    const labels: string[] = [];
    for (let at = node; at > 0; at = this.trie.parent[at] ?? 0) {
      const branch = at === node ? undefined : this.branchOf(at);
      // The parts of a module name their tensors by the way from the whole.
      if (branch !== undefined && !(branch.role === 'module' && this.isPart(at))) {
        break;
      }
      labels.unshift(this.trie.label[at] ?? '');
    }
    return labels.join('.');
  }
}

/** The class that a file names, without its module; null for plain containers. */
function namedClass({ role, type }: Branch): string | null {
  return role === 'module' ? type.slice(type.lastIndexOf('.') + 1) : null;
}
