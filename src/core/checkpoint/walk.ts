import type { GlobalUses } from '../audit/uses';
import type { Limits } from '../limits';
import { isNode, NodeKind, type Value } from '../pickle/values';
import type { Branch, Path, Role, TensorEntry, ValueEntry } from './checkpoint';
import type { FindingList } from './findingList';
import type { Interpreter } from './interpreter';
import type { BranchMeaning, BrokenMeaning, Child, ChildList } from './meaning';
import { keyOf } from './path';
import type { StorageTable } from './storageTable';
import { UseCounter } from './useCounter';
import { bytesPastStorage, type OpenTensor } from './openTensor';

/** Steps of looking for imports, for each entry that may be listed. Seen: some 16 for a tensor. */
const stepsPerEntry = 32;

type OpenBranch = { -readonly [field in keyof Branch]: Branch[field] };

/** A container whose children are being listed. */
interface Frame {
  readonly node: Value;
  readonly branch: OpenBranch;
  readonly branchIndex: number;
  readonly children: ChildList;
  next: number;
  /** Where keys and names go below. */
  readonly base: Path;
  /** Where attributes go below: in a module inside a module one step deeper than its parameters. */
  readonly attributeBase: Path;
  /** It stands below a container that was met before. */
  readonly repeated: boolean;
  /** It is, or stands in, an optimizer. */
  readonly inOptimizer: boolean;
  readonly isMapping: boolean;
  tensors: number;
  others: number;
}

/** Lists what pickles hold: entries and branches in file order. Nothing is called twice, no depth is walked by recursion. */
export class Walk {
  readonly entries: (OpenTensor | ValueEntry)[] = [];
  readonly branches: Branch[] = [];
  private readonly counter: UseCounter;
  private readonly open = new Set<Value>();
  private readonly met = new Set<Value>();
  private readonly frames: Frame[] = [];
  private checkedStorages = 0;
  private repeats = 0;
  private pathElements = 0;
  private stopped = false;
  private defaultRole: Role | null = null;

  constructor(
    private readonly storages: StorageTable,
    private readonly findings: FindingList,
    private readonly limits: Limits,
  ) {
    this.counter = new UseCounter(limits.entries * stepsPerEntry);
  }

  get uses(): GlobalUses {
    return this.counter.uses;
  }

  /**
   * Lists a value and everything below it.
   * @param role of the tensors for which nothing else tells.
   */
  add(root: Value, path: Path, interpreter: Interpreter, role: Role | null = null): void {
    this.defaultRole = role;
    this.visit({ element: '', value: root, role: null, submodule: null, attribute: false }, path, interpreter);
    for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) {
      const child = this.stopped ? undefined : frame.children.at(frame.next++);
      if (child === undefined) {
        this.close(frame);
      } else {
        const base = child.attribute ? frame.attributeBase : frame.base;
        this.visit(child, [...base, child.element], interpreter);
      }
    }
    if (this.counter.incomplete) {
      this.findings.add('info', 'uses-incomplete');
    }
  }

  /** Adds a row that no pickle describes. */
  addEntry(entry: TensorEntry | ValueEntry): void {
    this.entries.push(entry);
  }

  private visit(child: Child, path: Path, interpreter: Interpreter): void {
    const { value } = child;
    if (this.isBeyondLimits(path)) {
      return;
    }
    const above = this.frames.at(-1);
    if (isContainer(value) && this.open.has(value)) {
      this.addValue(path, ...cycleText(value), value, above, child.attribute);
      return;
    }
    const meaning = interpreter.meaningOf(value, child.submodule);
    switch (meaning.kind) {
      case 'tensor':
        this.addTensor(path, meaning.tensor, child, above, interpreter);
        return;
      case 'leaf':
        this.counter.scan(value, path);
        this.addValue(path, meaning.type, meaning.repr, value, above, child.attribute);
        return;
      case 'broken':
        this.addBroken(path, meaning, child, above);
        return;
      case 'branch':
        this.addBranch(path, meaning, child, above);
    }
  }

  private isBeyondLimits(path: Path): boolean {
    this.pathElements += path.length;
    if (this.entries.length >= this.limits.entries || this.pathElements > this.limits.entries * pathElementsPerEntry) {
      this.stopped = true;
      this.findings.add('error', 'too-many-entries', { args: [this.entries.length] });
    }
    return this.stopped;
  }

  private addValue(
    path: Path,
    type: string,
    repr: string,
    node: Value,
    above: Frame | undefined,
    attribute: boolean,
  ): void {
    this.entries.push({ kind: 'value', path, type, repr, node });
    if (above !== undefined) {
      this.repeats += above.repeated ? 1 : 0;
      above.others += attribute ? 0 : 1;
    }
  }

  private addBroken(path: Path, meaning: BrokenMeaning, child: Child, above: Frame | undefined): void {
    this.counter.scan(child.value, path);
    this.findings.add('error', 'tensor-unreadable', { entry: keyOf(path), args: [meaning.reason] });
    this.addValue(path, meaning.type, meaning.repr, child.value, above, child.attribute);
  }

  private addTensor(
    path: Path,
    tensor: OpenTensor,
    child: Child,
    above: Frame | undefined,
    interpreter: Interpreter,
  ): void {
    this.counter.scan(child.value, path);
    tensor.path = path;
    tensor.node = child.value;
    tensor.role = child.role ?? tensor.role ?? this.defaultRole;
    this.entries.push(tensor);
    if (above !== undefined) {
      this.repeats += above.repeated ? 1 : 0;
      above.tensors += child.attribute ? 0 : 1;
    }
    const needed = bytesPastStorage(tensor);
    if (needed !== null) {
      const args = [needed, tensor.storage?.bytes ?? 0];
      this.findings.add('error', 'view-past-storage', { entry: keyOf(path), args });
    }
    if (tensor.storage !== null && tensor.storage.index >= this.checkedStorages) {
      this.checkStorages(path);
    }
    this.addTensorAttributes(path, tensor, child, above, interpreter);
  }

  /** Storages that this tensor is the first to use. */
  private checkStorages(path: Path): void {
    const { storages } = this.storages;
    for (; this.checkedStorages < storages.length; this.checkedStorages++) {
      const storage = storages[this.checkedStorages];
      if (storage === undefined) {
        continue;
      }
      if (storage.record === null) {
        this.findings.addMissingStorage(keyOf(path), storage.key);
      } else if (storage.record.size !== storage.bytes) {
        const args = [storage.key, storage.bytes, storage.record.size];
        this.findings.add('error', 'storage-size', { entry: keyOf(path), args });
      }
    }
  }

  /** What Python code set on a tensor stands below it, as with any object. */
  private addTensorAttributes(
    path: Path,
    tensor: OpenTensor,
    child: Child,
    above: Frame | undefined,
    interpreter: Interpreter,
  ): void {
    const children = interpreter.tensorAttributes(tensor);
    if (children.length > 0 && !this.open.has(child.value)) {
      const type = tensor.notes.find((note) => note.includes('.')) ?? 'torch.Tensor';
      this.push(path, type, null, children, child, above);
    }
  }

  private addBranch(path: Path, meaning: BranchMeaning, child: Child, above: Frame | undefined): void {
    for (const own of meaning.own) {
      this.counter.scan(own, path);
    }
    if (meaning.children.length === 0) {
      if (child.submodule === null) {
        this.addValue(path, meaning.type, meaning.empty, child.value, above, child.attribute);
      }
      return;
    }
    if (path.length >= this.limits.pathDepth) {
      this.findings.add('warning', 'nested-too-deep', {
        entry: keyOf(path.slice(0, 8)),
        args: [this.limits.pathDepth],
      });
      this.addValue(path, ...cycleText(child.value), child.value, above, child.attribute);
      return;
    }
    const repeated = (above?.repeated ?? false) || this.met.has(child.value);
    if (repeated && this.repeats > this.limits.repeats) {
      this.findings.add('warning', 'shared-too-often', { entry: keyOf(path), args: [this.limits.repeats] });
      this.addValue(path, ...cycleText(child.value), child.value, above, child.attribute);
      return;
    }
    if (above !== undefined && !child.attribute && child.submodule === null) {
      above.others++;
    }
    const role = meaning.role === 'optimizer' || meaning.role === 'module' ? meaning.role : null;
    this.push(path, meaning.type, role, meaning.children, child, above, meaning.role === 'mapping');
  }

  private push(
    path: Path,
    type: string,
    role: Branch['role'],
    children: ChildList,
    child: Child,
    above: Frame | undefined,
    isMapping = false,
  ): void {
    const branch: OpenBranch = {
      path,
      type,
      role,
      first: this.entries.length,
      end: this.entries.length,
      node: child.value,
    };
    const isSubmodule = child.submodule !== null && above !== undefined;
    this.frames.push({
      node: child.value,
      branch,
      branchIndex: this.branches.push(branch) - 1,
      children,
      next: 0,
      base: isSubmodule ? above.base : path,
      attributeBase: path,
      repeated: (above?.repeated ?? false) || this.met.has(child.value),
      inOptimizer: role === 'optimizer' || (above?.inOptimizer ?? false),
      isMapping,
      tensors: 0,
      others: 0,
    });
    this.open.add(child.value);
    this.met.add(child.value);
  }

  private close(frame: Frame): void {
    this.frames.pop();
    this.open.delete(frame.node);
    frame.branch.end = this.entries.length;
    if (frame.branch.end === frame.branch.first) {
      // A submodule without anything of its own: those below it are gone already, so it is the last.
      this.branches.length = frame.branchIndex;
    }
    if (frame.isMapping && frame.tensors > 0 && frame.others === 0 && !frame.inOptimizer) {
      frame.branch.role = 'state-dict';
    }
  }
}

/** Elements of all paths together, for each entry that may be listed: what bounds the memory that deep nesting takes. */
const pathElementsPerEntry = 8;

function isContainer(value: Value): boolean {
  return (
    isNode(value) && value.kind !== NodeKind.Str && value.kind !== NodeKind.Float && value.kind !== NodeKind.Global
  );
}

/** Type and text of a container that is not walked into: as Python shows one that holds itself. */
function cycleText(value: Value): [type: string, repr: string] {
  switch (isNode(value) ? value.kind : NodeKind.Call) {
    case NodeKind.Dict:
      return ['dict', '{...}'];
    case NodeKind.List:
      return ['list', '[...]'];
    case NodeKind.Tuple:
      return ['tuple', '(...)'];
    case NodeKind.Set:
      return ['set', '{...}'];
    default:
      return ['object', '...'];
  }
}
