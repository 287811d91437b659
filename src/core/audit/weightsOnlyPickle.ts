import type { Path } from '../checkpoint/checkpoint';
import { Op } from '../pickle/opcodes';
import { pythonName } from '../pickle/pythonNames';
import {
  CallForm,
  type LossyCode,
  type PickleGraph,
  PyCall,
  PyDict,
  PyGlobal,
  PyTuple,
  type Value,
} from '../pickle/values';
import type { AllowedKind } from './allowList';
import type { BlockerTable } from './blockerTable';
import { byteStringsOf } from './byteStrings';
import { pythonType } from './pythonType';
import type { GlobalUses } from './uses';
import { allowedKind, isBlockedModule } from './verdict';

/** What `torch._weights_only_unpickler` of 2.13 has a branch for. It refuses every other opcode. */
// prettier-ignore
const acceptedOpcodes: ReadonlySet<number> = new Set([
  Op.PROTO, Op.STOP, Op.GLOBAL, Op.NEWOBJ, Op.REDUCE, Op.BUILD, Op.APPEND, Op.APPENDS, Op.SETITEM, Op.SETITEMS, Op.MARK,
  Op.TUPLE, Op.TUPLE1, Op.TUPLE2, Op.TUPLE3, Op.NONE, Op.NEWTRUE, Op.NEWFALSE, Op.EMPTY_TUPLE, Op.EMPTY_LIST,
  Op.EMPTY_DICT, Op.EMPTY_SET, Op.BININT, Op.BININT1, Op.BININT2, Op.BINFLOAT, Op.BINUNICODE, Op.SHORT_BINSTRING,
  Op.BINPERSID, Op.BINGET, Op.LONG_BINGET, Op.BINPUT, Op.LONG_BINPUT, Op.LONG1,
]);

/** Notes of the reader on what Python takes without a murmur: the graph alone cannot hold it. */
const harmlessNotes: ReadonlySet<LossyCode> = new Set<LossyCode>([
  'built-twice',
  'set-after-build',
  'lone-surrogates',
  'protocol-changes',
  'frame-crossing',
  'raw-array',
]);

/** Types that the unpickler lets SETITEM and BUILD work on, and what its own list of types says beyond. */
const mappings: ReadonlySet<string> = new Set(['collections.OrderedDict', 'collections.Counter']);

/** Results of the allowed functions; those of classes are their instances. Anything else gives a tensor. */
const resultTypes: ReadonlyMap<string, string> = new Map([
  ['_codecs.encode', 'builtins.bytes'],
  ['torch.serialization._get_layout', 'torch.layout'],
  ['torch._utils._rebuild_parameter', 'torch.nn.parameter.Parameter'],
  ['torch._utils._rebuild_parameter_with_state', 'torch.nn.parameter.Parameter'],
]);

/** Types that take no items although `add_safe_globals` would let them be made. */
const refusedCollections: ReadonlySet<string> = new Set(['collections.defaultdict', 'collections.deque']);

/** Everything in one pickle that the unpickler of `weights_only` refuses. */
export function checkPickle(table: BlockerTable, graph: PickleGraph, uses: GlobalUses): void {
  new PickleCheck(table, graph, uses).run();
}

interface NamedCallee {
  readonly full: string;
  /** null: not on torch's list, which is said already. */
  readonly kind: AllowedKind | null;
}

class PickleCheck {
  private readonly named = new Map<PyGlobal, NamedCallee>();

  constructor(
    private readonly table: BlockerTable,
    private readonly graph: PickleGraph,
    private readonly uses: GlobalUses,
  ) {}

  run(): void {
    this.checkOpcodes();
    for (const global of this.graph.globals) {
      this.checkGlobal(global);
    }
    let built = 0;
    for (const call of this.graph.calls) {
      this.checkCall(call);
      built += call.state === undefined ? 0 : 1;
    }
    this.checkNotes(built);
    this.checkByteStrings();
  }

  private checkOpcodes(): void {
    this.graph.opcodes.forEach((count, op) => {
      if (count > 0 && !acceptedOpcodes.has(op)) {
        this.table.add('opcode', Op[op] ?? String(op));
      }
    });
  }

  private checkGlobal(global: PyGlobal): void {
    // Python 2 names are mapped whatever the protocol, unlike in Python's own unpickler.
    const { module, full } = pythonName(global, 2);
    const kind = isBlockedModule(module) ? null : allowedKind(full);
    this.named.set(global, { full, kind });
    if (kind === null) {
      this.table.add(isBlockedModule(module) ? 'blocked-module' : 'global', full, this.pathsOf(global));
    }
  }

  private checkCall(call: PyCall): void {
    const callee = call.callee instanceof PyGlobal ? this.named.get(call.callee) : undefined;
    switch (call.form) {
      case CallForm.Reduce:
      case CallForm.Attribute:
        this.checkCallee(call, callee, 'call', (kind) => kind === 'class' || kind === 'function');
        break;
      case CallForm.NewObj:
        this.checkCallee(call, callee, 'new-object', (kind) => kind === 'class');
        break;
      case CallForm.NewObjEx:
      case CallForm.Inst:
      case CallForm.Obj:
        // The opcode is refused already.
        return;
    }
    this.checkContent(call, resultType(call, callee));
  }

  private checkCallee(
    call: PyCall,
    callee: NamedCallee | undefined,
    reason: 'call' | 'new-object',
    fits: (kind: AllowedKind) => boolean,
  ): void {
    if (callee === undefined) {
      this.table.add(reason, pythonType(call.callee));
    } else if (callee.kind !== null && !fits(callee.kind)) {
      this.table.add(reason, callee.full, this.pathsOf(call.callee));
    }
  }

  /** Items and state are refused by the type of what they are given to, whatever it holds. */
  private checkContent(call: PyCall, type: string | null): void {
    if (type === null) {
      return;
    }
    const paths = this.pathsOf(call.callee);
    if (call.items !== undefined) {
      this.table.add('append', type, paths);
    }
    if (call.entries !== undefined && !mappings.has(type)) {
      this.table.add('set-item', type, paths);
    }
    if (call.state !== undefined && !takesState(type, call.state)) {
      this.table.add('build', type, paths);
    }
  }

  private checkNotes(built: number): void {
    for (const { code } of this.graph.lossy) {
      if (!harmlessNotes.has(code)) {
        this.table.add('unusual-pickle', code);
      }
    }
    const noted = this.graph.lossy.filter(({ code }) => code.startsWith('built')).length;
    if ((this.graph.opcodes[Op.BUILD] ?? 0) > built + noted) {
      this.table.add('build', 'builtins.dict');
    }
  }

  /** torch decodes them as UTF-8, its default `encoding`. */
  private checkByteStrings(): void {
    if ((this.graph.opcodes[Op.SHORT_BINSTRING] ?? 0) === 0) {
      return;
    }
    const utf8 = new TextDecoder('utf-8', { fatal: true });
    for (const bytes of byteStringsOf(this.graph)) {
      try {
        utf8.decode(bytes);
      } catch {
        this.table.add('byte-string', 'builtins.bytes');
      }
    }
  }

  private pathsOf(callee: Value): readonly Path[] {
    return callee instanceof PyGlobal ? (this.uses.get(callee)?.paths ?? []) : [];
  }
}

/** The type of what a call gives; null where it depends on code that is not torch's. */
function resultType(call: PyCall, callee: NamedCallee | undefined): string | null {
  if (callee === undefined) {
    return null;
  }
  if (callee.kind === null) {
    return call.form === CallForm.NewObj || refusedCollections.has(callee.full) ? callee.full : null;
  }
  if (
    callee.full === 'torch._tensor._rebuild_from_type_v2' ||
    callee.full === 'torch._utils._rebuild_wrapper_subclass'
  ) {
    return null;
  }
  return callee.kind === 'class' ? callee.full : (resultTypes.get(callee.full) ?? 'torch.Tensor');
}

/** BUILD works on tensors, parameters, and instances of the types on the list or made safe by the user. */
function takesState(type: string, state: Value): boolean {
  if (type === 'collections.OrderedDict') {
    return state instanceof PyDict || isOrderedDict(state);
  }
  if (type === 'torch.Tensor') {
    return state instanceof PyTuple;
  }
  return allowedKind(type) === 'class' || !(type === 'builtins.bytes' || type === 'torch.layout');
}

function isOrderedDict(state: Value): boolean {
  return state instanceof PyCall && state.callee instanceof PyGlobal && state.callee.name === 'OrderedDict';
}
