import type { DrawStep } from '../../core/init/draw';
import { actionsFor, type MatchRow } from '../../core/match/actions';
import {
  match,
  type KeyAction,
  type KeyActions,
  type MatchResult,
  type Source,
  type Target,
} from '../../core/match/match';
import { propose } from '../../core/match/propose';
import type { ModelCode } from '../../core/snippets/modelCode';
import type { MatchGroup } from '../../protocol/match';
import type { DecidedProposal, Decisions } from './decisions';

/** What is matched against, and what its constructor draws. */
export interface FoundTarget {
  readonly target: Target;
  readonly steps?: readonly DrawStep[];
  /** How Python makes the model, where that is known. */
  readonly model?: ModelCode;
}

/** A match, with the names that a person has accepted. */
export interface NamedMatch {
  readonly result: MatchResult;
  readonly steps: readonly DrawStep[] | undefined;
  readonly model: ModelCode | undefined;
  readonly proposals: readonly DecidedProposal[];
}

/** The same with what is to be done with its rows. */
export interface ComputedMatch extends NamedMatch {
  /** Chosen ones that can be done. */
  readonly actions: KeyActions;
}

/** Groups in the order shown: what matters comes first. */
export const groupOrder: readonly MatchGroup[] = [
  'mismatched',
  'missing',
  'unexpected',
  'matched',
  'defaulted',
  'ignored',
];

/** @throws MatchError as `match`. */
export function computeMatch(source: Source, { target, steps, model }: FoundTarget, decisions: Decisions): NamedMatch {
  const active = decisions.active(source);
  const accepted = active.flatMap(({ renames }) => renames);
  const result = match(source, target, accepted);
  const open = propose(source, target, { accepted, refused: decisions.refused });
  return { result, steps, model, proposals: decisions.sorted(active, open) };
}

/** What has been chosen for rows that are other ones now is left out. */
export function withActions(match: NamedMatch, chosen: KeyActions): ComputedMatch {
  return { ...match, actions: possible(match.result, chosen) };
}

/** How many rows a group has. */
export function groupLength(result: MatchResult, group: MatchGroup): number {
  return result[group].length;
}

/** A row of a group; undefined behind its end, and of the groups where nothing is to be decided. */
export function rowAt(result: MatchResult, group: MatchGroup, index: number): MatchRow | undefined {
  switch (group) {
    case 'matched':
    case 'mismatched': {
      const pair = result[group][index];
      return pair && { kind: group, pair };
    }
    case 'missing': {
      const key = result.missing[index];
      return key && { kind: 'missing', key };
    }
    case 'unexpected': {
      const key = result.unexpected[index];
      return key && { kind: 'unexpected', key };
    }
    case 'defaulted':
    case 'ignored':
      return undefined;
  }
}

/** The name under which the action of a row is kept. */
export function rowKey(row: MatchRow): string {
  return 'pair' in row ? row.pair.target.key : row.key.key;
}

/** What a row's action is: the chosen one, else the default. */
export function actionOf(row: MatchRow, actions: KeyActions, target: Target): KeyAction | null {
  return actions.get(rowKey(row)) ?? actionsFor(row, target)[0] ?? null;
}

/** Those of rows that still are what they were when the action was chosen. */
function possible(result: MatchResult, chosen: KeyActions): KeyActions {
  const actions = new Map<string, KeyAction>();
  if (chosen.size === 0) {
    return actions;
  }
  for (const group of groupOrder) {
    for (let index = 0; index < groupLength(result, group); index++) {
      const row = rowAt(result, group, index);
      const action = row && chosen.get(rowKey(row));
      if (row !== undefined && action !== undefined && actionsFor(row, result.target).includes(action)) {
        actions.set(rowKey(row), action);
      }
    }
  }
  return actions;
}
