import type { Trie } from '../tree/trie';
import type { Aliases } from './aliases';
import type { Branch, Checkpoint } from './checkpoint';
import { impliedBlock, impliedLayer, layerText, type Context, type Layer } from './layerRules';

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

const noContext: Context = { dimensions: 0, channels: 0 };
/** Modules that say less than what is in them. */
const plainContainers = new Set(['Sequential', 'ModuleList', 'ModuleDict']);
const builtinTypes = /^(?:dict|list|tuple|set|frozenset|collections\.(?:OrderedDict|defaultdict|deque|Counter))$/;

/** Descriptions by node of the tree. */
export function describeTree(checkpoint: Checkpoint, trie: Trie, aliases: Aliases): Map<number, Description> {
  return new TreeDescriber(checkpoint, trie, aliases).describe();
}

class TreeDescriber {
  private readonly found = new Map<number, Description>();
  private readonly layers = new Map<number, Layer>();
  private readonly contexts = new Map<number, Context>();
  /** Node of each entry. */
  private readonly nodeOf: Int32Array;
  /** Per node: 1 when it is, or stands below, an optimizer. */
  private readonly inOptimizer: Uint8Array;

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly trie: Trie,
    private readonly aliases: Aliases,
  ) {
    this.nodeOf = new Int32Array(checkpoint.entries.length).fill(-1);
    this.inOptimizer = new Uint8Array(trie.size);
  }

  describe(): Map<number, Description> {
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
    return this.checkpoint.branches[this.trie.branch[node] ?? -1];
  }

  private shapeOf(node: number): readonly number[] | null {
    const entry = this.checkpoint.entries[this.trie.entry[node] ?? -1];
    return entry?.kind === 'tensor' ? entry.shape : null;
  }

  /** From the first node to the last, in file order: what stands before each group. */
  private lookAhead(): void {
    const { trie, inOptimizer } = this;
    let context = noContext;
    for (let node = 1; node < trie.size; node++) {
      const parent = trie.parent[node] ?? 0;
      const branch = this.branchOf(node);
      inOptimizer[node] = branch?.role === 'optimizer' ? 1 : (inOptimizer[parent] ?? 0);
      const index = trie.entry[node] ?? -1;
      if (index === -1) {
        context = branch?.role === 'state-dict' ? noContext : context;
        continue;
      }
      this.nodeOf[index] = node;
      if (!this.contexts.has(parent)) {
        this.contexts.set(parent, context);
      }
      const shape = this.shapeOf(node);
      if (shape !== null && shape.length > 1 && trie.label[node] === 'weight') {
        context = { dimensions: shape.length, channels: shape[0] ?? 0 };
      }
    }
  }

  private *childrenOf(node: number): Generator<number> {
    for (let child = this.trie.firstChild[node] ?? -1; child !== -1; child = this.trie.nextSibling[child] ?? -1) {
      yield child;
    }
  }

  private describeLeaf(node: number): void {
    const target = this.aliasOf(node);
    if (target !== -1) {
      this.found.set(node, { kind: 'shares', key: this.shortKey(target) });
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
    const layer = this.layerOf(node);
    const named = branch === undefined ? null : namedClass(branch);
    if (layer !== null && (named === null || named === layer.name || plainContainers.has(named))) {
      this.layers.set(node, layer);
    } else if (named !== null) {
      this.layers.set(node, { name: named, sizes: '', input: null, output: null });
    }
    const shared = this.sharedGroup(node);
    const text = this.groupText(node, branch);
    if (shared !== -1) {
      this.found.set(node, { kind: 'shares', key: this.shortKey(shared) });
      for (const child of this.childrenOf(node)) {
        this.found.delete(child);
      }
    } else if (text !== '') {
      this.found.set(node, { kind: 'layer', text });
    }
  }

  private groupText(node: number, branch: Branch | undefined): string {
    const layer = this.layers.get(node);
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
      this.found.set(node, {
        kind: 'optimizer',
        candidates: info.candidates,
        certain: info.certain,
        parameters: info.parameters.length,
        groups: info.groups.length,
      });
    }
  }

  private layerOf(node: number): Layer | null {
    const shapes = new Map<string, readonly number[]>();
    const children = new Map<string, Layer>();
    let complete = true;
    for (const child of this.childrenOf(node)) {
      const shape = this.shapeOf(child);
      const layer = this.layers.get(child);
      if (shape !== null) {
        shapes.set(this.trie.label[child] ?? '', shape);
      }
      if (layer !== undefined) {
        children.set(this.trie.label[child] ?? '', layer);
      } else {
        complete = false;
      }
    }
    const own = impliedLayer(this.trie.label[node] ?? '', shapes, this.contexts.get(node) ?? noContext);
    return own ?? impliedBlock(children, complete);
  }

  /** The group that holds everything that this one has, under the same names; −1 when there is none. */
  private sharedGroup(node: number): number {
    let group = -1;
    for (const child of this.childrenOf(node)) {
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
      if (at !== node && this.branchOf(at) !== undefined) {
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
