import type { Path } from '../checkpoint/checkpoint';
import type { Container } from '../container/container';
import type { PyCall, PyGlobal } from '../pickle/values';

/** Paths that are kept for one imported name; what is beyond is only counted. */
export const maxUsePaths = 20;

/** Who needs one imported name: what the walk over a checkpoint hands to the audit. */
export interface GlobalUse {
  /** Entries and branches that need it, in file order, at most `maxUsePaths`. */
  readonly paths: readonly Path[];
  /** All entries and branches that need it. */
  readonly pathCount: number;
  /** References to it in the graph: one entry may hold several. */
  readonly uses: number;
}

/**
 * By node: one GLOBAL opcode is one node, so that one name may stand in several. A node that is not here is one that no
 * entry or branch needs (its object was dropped again, or its pickle is none that the walk goes through).
 */
export type GlobalUses = ReadonlyMap<PyGlobal, GlobalUse>;

/** Legacy files inside a pickle: by the `torch.storage._load_from_bytes` call that holds their bytes. */
export type NestedContainers = ReadonlyMap<PyCall, Container>;
