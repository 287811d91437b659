import type { PlanAction } from '../../../src/core/plan/plan';
import type { PlanGroupView, PlanLayerView, ShownPlanView } from '../../../src/protocol/plan';

/** A row of the table that can be focused. */
export type Line =
  | { readonly kind: 'group'; readonly group: PlanGroupView; readonly at: number }
  | { readonly kind: 'layer'; readonly group: PlanGroupView; readonly layer: PlanLayerView };

/** In the order of the columns. */
export const actionColumns: readonly PlanAction[] = ['freeze', 'keep', 'initialise', 'drop'];

/** Groups, and layers of those that are open. */
export function linesOf({ groups }: ShownPlanView): Line[] {
  return groups.flatMap((group, at): Line[] => [
    { kind: 'group', group, at },
    ...group.layers.map((layer): Line => ({ kind: 'layer', group, layer })),
  ]);
}

/** What is chosen for it; null where its layers differ. */
export function actionOf(line: Line): PlanAction | null {
  return line.kind === 'group' ? line.group.action : line.layer.action;
}

/** A head for other classes cannot be kept. */
export function canBe(line: Line, action: PlanAction): boolean {
  const { isResized } = line.kind === 'group' ? line.group : line.layer;
  return !isResized || action === 'initialise' || action === 'drop';
}

/** Name that stays when the plan changes. */
export function lineId(line: Line): string {
  return line.kind === 'group' ? line.group.name : `${line.group.name}\n${line.layer.name}`;
}

/** The number of classes within a text that is of the file's: `Linear 512 → `, `1000`, ``. */
export function splitAtClasses(text: string, classes: number | null): { before: string; after: string } | null {
  const mark = `→ ${String(classes)}`;
  const at = text.lastIndexOf(mark);
  const end = at + mark.length;
  return classes === null || at < 0 || /^\d/.test(text.slice(end))
    ? null
    : { before: text.slice(0, at + 2), after: text.slice(end) };
}

/** What stands in the table: of a layer within its group's module the rest of its name. */
export function shortName(line: Line): string {
  if (line.kind === 'group') {
    return line.group.title;
  }
  const { group, layer } = line;
  return layer.name.startsWith(`${group.name}.`) ? layer.name.slice(group.name.length + 1) : layer.name;
}
