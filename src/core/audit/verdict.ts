import { pythonName } from '../pickle/pythonNames';
import type { PyGlobal } from '../pickle/values';
import type { Import } from '../checkpoint/checkpoint';
import { allowedAfterImport, allowedByTorch, type AllowedKind } from './allowList';
import type { ImportNote, ImportReason } from './codes';
import { dangerOf } from './dangerous';

interface AllowedName {
  readonly kind: AllowedKind;
  readonly note: ImportNote | null;
}

/**
 * Of torch 2.13's list, 2.6 lacks these sixteen: its `_dtype_to_storage_type_map` and `_new_dtypes` have no float8_e8m0fnu
 * and no float4, and it does not add the small ints. 128 of 144 names are left, as 2.6 counts them.
 */
const newerThan26 = /^torch\.(float8_e8m0fnu|float4_e2m1fn_x2|u?int[1-7])$/;

/** What 2.14 added to the 144 names: its list has 145. */
const newIn214: ReadonlySet<string> = new Set(['torch.bcomplex32']);

const importNotes: Readonly<Record<string, ImportNote>> = {
  'torch.distributed.tensor': 'needs-import-distributed-tensor',
  'torch._dynamo': 'needs-import-dynamo',
};

const allowed = new Map<string, AllowedName>();

function allow(names: Readonly<Partial<Record<AllowedKind, readonly string[]>>>, note: ImportNote | null): void {
  for (const kind of ['class', 'function', 'storage', 'constant'] as const) {
    for (const name of names[kind] ?? []) {
      allowed.set(name, { kind, note: note ?? (newerThan26.test(name) ? 'not-allowed-by-2.6' : null) });
    }
  }
}
allow(allowedByTorch, null);
for (const [module, names] of Object.entries(allowedAfterImport)) {
  allow(names, importNotes[module] ?? null);
}

/** What torch 2.13's list says a name is; null when it does not have it. */
export function allowedKind(name: string): AllowedKind | null {
  return allowed.get(name)?.kind ?? null;
}

/** Modules that `weights_only` refuses even when the name was added to the safe ones. */
const blockedModules: ReadonlySet<string> = new Set(['sys', 'os', 'posix', 'nt']);

export function isBlockedModule(module: string): boolean {
  return blockedModules.has(module);
}

/** How the pickle reader names an import whose module or name is no text but, say, the result of a call. */
const hiddenName = '?';

export interface Judgement {
  /** After Python 2 names are mapped. */
  readonly name: string;
  readonly verdict: Import['verdict'];
  readonly reason: ImportReason | null;
}

/** The verdict on one imported name. `protocol` is that of the pickle: from 3 on, Python 2 names are not mapped. */
export function judge(global: PyGlobal, protocol: number): Judgement {
  const { module, name, full } = pythonName(global, protocol);
  if (module === hiddenName || name === hiddenName) {
    return { name: full, verdict: 'dangerous', reason: 'hides-name' };
  }
  const known = allowed.get(full);
  if (known !== undefined && !isBlockedModule(module)) {
    return { name: full, verdict: 'allowed', reason: known.note };
  }
  // A Python 2 name in a newer pickle leads nowhere, but it says what was meant.
  const danger = dangerOf(module, name) ?? dangerOf(global.module, global.name);
  if (danger !== null) {
    return { name: full, verdict: 'dangerous', reason: danger };
  }
  return { name: full, verdict: 'unknown', reason: noteOnUnknown(full) };
}

/** The function that plain pickles hold tensors by: it loads the legacy checkpoint that is its argument. */
export const loadFromBytes = 'torch.storage._load_from_bytes';

function noteOnUnknown(name: string): ImportNote | null {
  if (newIn214.has(name)) {
    return 'allowed-by-2.14';
  }
  return name === loadFromBytes ? 'nested-checkpoint' : null;
}
