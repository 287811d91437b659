import type { FacetChoice, FacetCounts, FacetGroup } from '../../../src/core/tree/filter';

/** `dtype:float32`, `device:cuda:1`, `kind:shared`: stable, so that it can be kept in the view's state. */
export type FacetId = `${FacetGroup}:${string}`;

export interface Facet {
  readonly id: FacetId;
  readonly group: FacetGroup;
  /** As the file names it: a dtype, a device; of a kind its id. */
  readonly name: string;
}

export const facetGroups: readonly FacetGroup[] = ['dtype', 'device', 'kind'];

/** Kinds in the order shown; those that are not named here come last. */
const kindOrder = ['shared', 'parameter', 'buffer', 'optimizer', 'view', 'sparse', 'quantized'];

/** The facets of a file, from its counts without any filter: the most frequent dtypes and devices first. */
export function facetsOf(counts: FacetCounts): readonly Facet[] {
  return facetGroups.flatMap((group) => {
    const entries = [...counts[group]];
    entries.sort(
      group === 'kind'
        ? ([one], [other]) => kindOrder.indexOf(one) - kindOrder.indexOf(other)
        : ([, one], [, other]) => other - one,
    );
    return entries.map(([name]): Facet => ({ id: `${group}:${name}`, group, name }));
  });
}

export function facetCount(counts: FacetCounts, { group, name }: Facet): number {
  const named: ReadonlyMap<string, number> = counts[group];
  return named.get(name) ?? 0;
}

/** A click adds or removes one; with Alt it is the only one left. */
export function toggleFacet(chosen: ReadonlySet<FacetId>, id: FacetId, only: boolean): ReadonlySet<FacetId> {
  if (only) {
    return new Set(chosen.size === 1 && chosen.has(id) ? [] : [id]);
  }
  const next = new Set(chosen);
  if (!next.delete(id)) {
    next.add(id);
  }
  return next;
}

export function choiceOf(facets: readonly Facet[], chosen: ReadonlySet<FacetId>): FacetChoice {
  const names = (group: FacetGroup): Set<string> =>
    new Set(facets.filter((facet) => facet.group === group && chosen.has(facet.id)).map((facet) => facet.name));
  return { dtype: names('dtype'), device: names('device'), kind: names('kind') };
}

/** Facets of one group that stand in the bar at most; the rest is behind `+3`. */
const mostInBar = 6;
/** Pixels of a chip beside its text, of a mean character, and between groups. */
const chipFrame = 20;
const characterWidth = 6.4;
const groupGap = 17;

/**
 * How many facets of each group stand in the bar: the longest groups give way first where the width, in pixels, does not
 * hold them all. Of a group that has no room at all there is only the chip that opens it.
 * @param texts label and count of each facet, by group
 */
export function facetsInBar(texts: readonly (readonly string[])[], width: number): number[] {
  const shown = texts.map((group) => Math.min(group.length, mostInBar));
  const groupWidth = (group: readonly string[], count: number): number => {
    const more = group.length > count ? ['+9'] : [];
    return [...group.slice(0, count), ...more].reduce((sum, text) => sum + chipFrame + text.length * characterWidth, 0);
  };
  const total = (): number =>
    texts.reduce((sum, group, at) => sum + groupWidth(group, shown[at] ?? 0), groupGap * (texts.length - 1));
  while (total() > width) {
    const longest = shown.indexOf(Math.max(...shown));
    if ((shown[longest] ?? 0) === 0) {
      break;
    }
    shown[longest] = (shown[longest] ?? 0) - 1;
  }
  return shown;
}
