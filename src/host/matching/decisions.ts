import type { Proposal, Rename, Source } from '../../core/match/match';
import type { MatchDecision, MatchProposalView } from '../../protocol/match';

export type ProposalState = MatchProposalView['state'];

export interface DecidedProposal {
  readonly proposal: Proposal;
  readonly state: ProposalState;
}

/**
 * What a person has decided of proposals. An accepted one counts as long as the file has the keys that it names: once its
 * renames are edits of the file they are not proposed any more, and undoing these edits brings it back.
 */
export class Decisions {
  readonly #accepted = new Map<string, Proposal>();
  readonly #refused = new Map<string, Proposal>();
  /** Place of each proposal in the order in which they were first made: one that is decided stays where it is. */
  readonly #places = new Map<string, number>();

  clear(): void {
    this.#accepted.clear();
    this.#refused.clear();
    this.#places.clear();
  }

  decide(proposal: Proposal, decision: MatchDecision): void {
    const { id } = proposal;
    this.#accepted.delete(id);
    this.#refused.delete(id);
    if (decision === 'accept') {
      this.#accepted.set(id, proposal);
    } else if (decision === 'refuse') {
      this.#refused.set(id, proposal);
    }
  }

  get refused(): ReadonlySet<string> {
    return new Set(this.#refused.keys());
  }

  /** Accepted ones that hold for a state dict: no key of theirs is gone, and no two keys become one. */
  active(source: Source): readonly Proposal[] {
    const free = new Set(source.keys.map(({ key }) => key));
    const taken = new Set(free);
    return [...this.#accepted.values()].filter(({ renames }) => {
      if (!holds(renames, free, taken)) {
        return false;
      }
      for (const { from } of renames) {
        free.delete(from);
      }
      return true;
    });
  }

  /** All of them, in the order in which they were first made; refused ones at the end. */
  sorted(active: readonly Proposal[], open: readonly Proposal[]): readonly DecidedProposal[] {
    const isOpen = new Set(open.map(({ id }) => id));
    const decided = (state: ProposalState) => (proposal: Proposal) => ({ proposal, state });
    const listed = [...active.map(decided('accepted')), ...open.map(decided('open'))];
    for (const { proposal } of listed) {
      if (!this.#places.has(proposal.id)) {
        this.#places.set(proposal.id, this.#places.size);
      }
    }
    const place = ({ proposal }: DecidedProposal): number => this.#places.get(proposal.id) ?? 0;
    const refused = [...this.#refused.values()].filter(({ id }) => !isOpen.has(id)).map(decided('refused'));
    return [...listed.sort((a, b) => place(a) - place(b)), ...refused];
  }
}

/** Takes the new names of keys in the place of the old ones, unless a name is taken already. */
function holds(renames: readonly Rename[], free: ReadonlySet<string>, taken: Set<string>): boolean {
  if (renames.some(({ from }) => !free.has(from))) {
    return false;
  }
  for (const { from } of renames) {
    taken.delete(from);
  }
  for (const [at, { to }] of renames.entries()) {
    if (taken.has(to)) {
      // As it was before.
      renames.slice(0, at).forEach((done) => taken.delete(done.to));
      renames.forEach(({ from }) => taken.add(from));
      return false;
    }
    taken.add(to);
  }
  return true;
}
