import { parametersOf } from '../../core/plan/changes';
import { leftAlone } from '../../core/plan/operations';
import type { Plan, PlanAction, PlanGroup, PlanLayer } from '../../core/plan/plan';
import { plansScript, planScript, type PlanScriptOptions } from '../../core/plan/script';
import { totalsOf } from '../../core/plan/totals';
import { factoryModelCode } from '../../core/snippets/modelCode';
import type { Operation } from '../../core/edit/operations';
import { layersWith } from '../../core/plan/cover';
import {
  mostPlanGroups,
  mostPlanLayers,
  type PlanApplyView,
  type PlanFactoryView,
  type PlanGroupView,
  type PlanLayerView,
  type PlanNoteView,
  type PlanRowView,
  type ShownPlanView,
} from '../../protocol/plan';
import { operationText } from '../../wording/edits';
import { formatExact } from '../../wording/format';
import type { Translate } from '../../wording/translate';
import { isResized } from './planChanges';
import type { HeldPlan, Planned, PlanSession } from './planSession';

/** Classes of ImageNet, which torchvision's classifiers tell apart. */
const imageNetClasses = 1_000;
/** Names that a sentence lists. */
const mostNames = 3;

/** The plan that is shown. */
export function shownPlan(
  session: PlanSession,
  planned: Planned,
  { plan }: HeldPlan,
  apply: PlanApplyView,
  t: Translate,
): ShownPlanView {
  const totals = totalsOf(plan);
  const { python, count } = scriptOf(session, planned, plan);
  return {
    model: modelText(plan, t),
    isImageNet: plan.model?.task === 'classification' && plan.fileClasses === imageNetClasses,
    situation: plan.situation,
    k: plan.k,
    maxK: plan.maxK,
    classes: plan.classes,
    fileClasses: plan.fileClasses,
    seed: plan.seed,
    groups: plan.groups.slice(0, mostPlanGroups).map((group) => groupView(group, session.isOpen(group.name))),
    groupCount: plan.groups.length,
    parameters: totals.trainable + totals.frozen,
    totals,
    factory: plan.model === null ? factoryView(session) : null,
    message: session.message,
    notes: notesOf(plan, planned, t),
    python,
    pythonPlans: count,
    apply,
    savedIn: session.savedIn,
  };
}

function modelText({ model }: Plan, t: Translate): string {
  return model === null
    ? t('A network of your own')
    : t('{0}, recognised from {1} of {2} keys', model.name, formatExact(model.matched), formatExact(model.total));
}

function groupView(group: PlanGroup, isOpen: boolean): PlanGroupView {
  const { name, modules, text, parameters, action, isHead, layers } = group;
  return {
    name,
    title: modules.join(', '),
    text,
    parameters,
    shares: sharesOf(layers),
    action,
    isHead,
    isResized: layers.some(isResized),
    isOpen,
    layers: isOpen ? layers.slice(0, mostPlanLayers).map(layerView) : [],
    layerCount: layers.length,
  };
}

function sharesOf(layers: readonly PlanLayer[]): PlanGroupView['shares'] {
  const shares: Record<PlanAction, number> = { keep: 0, freeze: 0, initialise: 0, drop: 0 };
  for (const layer of layers) {
    shares[layer.action] += parametersOf(layer);
  }
  return shares;
}

function layerView(layer: PlanLayer): PlanLayerView {
  const { name, text, action } = layer;
  return { name, text, parameters: parametersOf(layer), action, isResized: isResized(layer) };
}

function factoryView({ factory, environment }: PlanSession): PlanFactoryView {
  return {
    text: factory,
    isWrong: factory.trim() !== '' && factoryModelCode(factory) === null,
    offers: environment.factories(),
  };
}

/** Python of the plan that is shown; of the chosen ones where there are several. */
export function scriptOf(
  session: PlanSession,
  { checkpoint }: Planned,
  plan: Plan,
): { readonly python: string; readonly count: number } {
  const model = factoryModelCode(session.factory);
  const options: PlanScriptOptions = {
    checkpoint,
    fileName: session.environment.fileName,
    ...(model !== null && { model }),
  };
  const chosen = session.plans.filter((held) => held.isChosen && totalsOf(held.plan).trainable > 0);
  return chosen.length > 1
    ? { python: plansScript(chosen, options), count: chosen.length }
    : { python: planScript(plan, options), count: 1 };
}

function notesOf(plan: Plan, { architecture }: Planned, t: Translate): readonly PlanNoteView[] {
  return [
    { text: batchNormNote(totalsOf(plan).frozenBatchNorms, t), isWarning: true },
    { text: leftNote(plan, architecture, t), isWarning: true },
    { text: freshNote(plan, t), isWarning: false },
  ].filter(({ text }) => text !== '');
}

function batchNormNote(frozen: number, t: Translate): string {
  if (frozen === 0) {
    return '';
  }
  return frozen === 1
    ? t(
        '1 BatchNorm layer lies in the frozen part. Its running statistics still move in train() mode; the code keeps it in eval().',
      )
    : t(
        '{0} BatchNorm layers lie in the frozen part. Their running statistics still move in train() mode; the code keeps them in eval().',
        formatExact(frozen),
      );
}

/** Where fresh weights come from. */
function freshNote(plan: Plan, t: Translate): string {
  if (layersWith(plan, 'initialise').length === 0) {
    return '';
  }
  return plan.model === null
    ? t('Fresh weights begin as PyTorch’s own layers do; your class may do it otherwise.')
    : t('Fresh weights begin as the constructor of {0} draws them.', plan.model.name);
}

function leftNote(plan: Plan, architecture: Planned['architecture'], t: Translate): string {
  const names = leftAlone(plan, architecture);
  const listed = names.slice(0, mostNames).join(', ');
  if (names.length === 0) {
    return '';
  }
  return names.length > mostNames
    ? t('Nothing says how {0} and {1} more begin: in the file they stay as they are.', listed, names.length - mostNames)
    : t('Nothing says how {0} begins: in the file it stays as it is.', listed);
}

/** What the edits of a plan do, in a line. */
export function operationsText(operations: readonly Operation[], t: Translate): string {
  return operations.length === 0
    ? t('The file stays as it is; the plan is in the Python.')
    : operations.map((operation) => operationText(operation, t)).join(' · ');
}

export function rowView({ name, plan, result, isChosen }: HeldPlan): PlanRowView {
  const { trainable, memory } = totalsOf(plan);
  const { situation, k } = plan;
  return { name, situation, k, trainable, memory: memory.gradients + memory.adam, result, isChosen };
}
