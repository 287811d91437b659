import type { Checkpoint } from '../checkpoint/checkpoint';
import { stringLiteral } from '../checkpoint/pythonText';
import { weightsAt } from '../snippets/contents';
import { assign, call, comment, dict, layOut, list, tuple, type Code } from '../snippets/layout';
import { knownModelCode, placeholderModel, type ModelCode } from '../snippets/modelCode';
import { cover, keyPrefixes, layersWith, moduleExpression, type Covered } from './cover';
import type { Plan, PlanLayer } from './plan';

/** What a script is written for. */
export interface PlanScriptOptions {
  readonly checkpoint: Checkpoint;
  /** As the script names the file. */
  readonly fileName: string;
  /** The class of a network of the person's own; a recognised one has its builder. */
  readonly model?: ModelCode;
}

/** Learning rates to begin with: what was learned is to move less than what is fresh. */
const rates = { kept: '1e-4', fresh: '1e-3', all: '1e-3', afresh: '1e-2' };

/** Whether the plan takes anything from the file. */
export function loadsWeights(plan: Plan): boolean {
  return plan.groups.some(({ layers }) => layers.some(({ action }) => action !== 'initialise'));
}

export function isTrained(plan: Plan): boolean {
  return layersWith(plan, 'keep').length + layersWith(plan, 'initialise').length > 0;
}

/** Whether it freezes a module: one that is to be kept in eval(). */
export function freezesModules(plan: Plan): boolean {
  return cover(plan, 'freeze').some(({ isParameter }) => !isParameter);
}

/** How the plan's model is made, before weights are loaded into it. */
export function modelOfPlan(plan: Plan, { checkpoint, model }: PlanScriptOptions): ModelCode {
  if (plan.model !== null) {
    const keys = plan.groups.flatMap(({ layers }) => layers.flatMap(({ tensors }) => tensors.map(({ key }) => key)));
    const isDropped = layersWith(plan, 'drop').some(({ isHead }) => isHead);
    return knownModelCode({ ...plan.model, numClasses: isDropped ? plan.fileClasses : plan.classes }, keys);
  }
  return model ?? pickledClass(checkpoint, plan) ?? placeholderModel;
}

/** A whole module names its class; not what that is called with. */
function pickledClass(checkpoint: Checkpoint, plan: Plan): ModelCode | null {
  const branch = weightsAt(checkpoint, plan.path);
  const [, module = '', name = ''] = branch?.role === 'module' ? (/^([\w.]+)\.(\w+)$/.exec(branch.type) ?? []) : [];
  return name === ''
    ? null
    : { imports: [`from ${module} import ${name}`], expression: `${name}()`, isPlaceholder: true };
}

/** Paragraphs that make the model: fresh, with the file's weights in it, its layers replaced, dropped and frozen. */
export function modelParagraphs(plan: Plan, options: PlanScriptOptions): readonly (readonly string[])[] {
  const model = modelOfPlan(plan, options);
  const fresh = cover(plan, 'initialise');
  const heads = newHeads(plan);
  const isSeededLate = heads.length > 0 && layersWith(plan, 'initialise').every(({ isHead }) => isHead);
  const seed = `torch.manual_seed(${String(plan.seed)})`;
  return [
    [
      ...(fresh.length > 0 && !isSeededLate ? [comment(freshText(plan, model)), seed] : []),
      assign('model', model.expression),
    ],
    loadLines(plan, fresh),
    [...(isSeededLate ? [seed] : []), ...heads],
    cover(plan, 'drop')
      .filter(({ isParameter }) => !isParameter)
      .map(({ name }) => `${moduleExpression(name)} = nn.Identity()`),
    freezeLines(plan),
  ].filter((lines) => lines.length > 0);
}

function freshText({ model }: Plan, { expression }: ModelCode): string {
  const called = typeof expression === 'string' ? expression : expression.open;
  const name = model?.name ?? called.slice(0, called.indexOf('('));
  return `Fresh weights are those that the constructor of ${name} draws.`;
}

function loadLines(plan: Plan, fresh: readonly Covered[]): readonly string[] {
  if (!loadsWeights(plan)) {
    return [];
  }
  if (fresh.length === 0) {
    return ['model.load_state_dict(state_dict)'];
  }
  const kept: Code = {
    open: '{',
    items: ['key: value', 'for key, value in state_dict.items()', 'if not key.startswith(fresh)'],
    close: '}',
    isExpression: true,
  };
  return [
    assign('fresh', tuple(keyPrefixes(fresh).map(stringLiteral))),
    assign('kept', kept),
    'result = model.load_state_dict(kept, strict=False)',
    layOut({
      open: 'assert all(',
      items: ['key.startswith(fresh)', 'for key in result.missing_keys'],
      close: '), result.missing_keys',
      isExpression: true,
    }),
    'assert not result.unexpected_keys, result.unexpected_keys',
  ];
}

/** Lines that put a head for other classes into a network whose class is not known to take their number. */
function newHeads(plan: Plan): readonly string[] {
  const changed = layersWith(plan, 'initialise').filter(({ isHead, tensors }) => isHead && tensors.some(isResized));
  const [first] = changed;
  return plan.model === null
    ? changed.map((layer) =>
        // The same layer under a further name: see `headOf`.
        first !== undefined && layer.tensors.every(({ isTied }) => isTied)
          ? assign(moduleExpression(layer.name), moduleExpression(first.name))
          : assign(moduleExpression(layer.name), headCall(layer)),
      )
    : [];
}

function isResized({
  shape,
  newShape,
}: {
  readonly shape: readonly number[];
  readonly newShape: readonly number[];
}): boolean {
  return shape !== newShape;
}

/** `nn.Linear(512, 2)` */
function headCall({ tensors }: PlanLayer): Code {
  const weight = tensors.find(({ key }) => /(?:^|\.)weight$/.test(key));
  const bias = tensors.length > 1 ? [] : ['bias=False'];
  const [outputs = 0, inputs = 0, ...kernel] = weight?.newShape ?? [];
  const sizes = [inputs, outputs].map(String);
  if (kernel.length === 0) {
    return call('nn.Linear', ...sizes, ...bias);
  }
  const [size = 1] = kernel;
  const isCube = kernel.every((each) => each === size);
  const kernelSize = isCube ? String(size) : `(${kernel.join(', ')})`;
  return call(`nn.Conv${String(kernel.length)}d`, ...sizes, `kernel_size=${kernelSize}`, ...bias);
}

function freezeLines(plan: Plan): readonly string[] {
  const frozen = cover(plan, 'freeze');
  const expressions = (areParameters: boolean): string[] =>
    frozen.filter(({ isParameter }) => isParameter === areParameters).map(({ name }) => moduleExpression(name));
  const [modules, parameters] = [expressions(false), expressions(true)];
  return [
    ...(modules.length > 0
      ? [assign('frozen', list(modules)), 'for module in frozen:', '    module.requires_grad_(False)']
      : []),
    ...(parameters.length > 0
      ? [layOut({ open: 'for parameter in [', items: parameters, close: ']:' }), '    parameter.requires_grad_(False)']
      : []),
  ];
}

/** Lines that make the optimizer of the parameters that are trained, in groups by how far they are to move. */
export function newOptimizerLines(plan: Plan): readonly string[] {
  const [kept, fresh] = [layersWith(plan, 'keep').length > 0, layersWith(plan, 'initialise').length > 0];
  const isWhole = layersWith(plan, 'freeze').length === 0;
  const settings = ['momentum=0.9', 'weight_decay=1e-4'];
  if (!kept || !fresh) {
    const rate = kept ? rates.all : isWhole ? rates.afresh : rates.fresh;
    const trained = isWhole
      ? 'model.parameters()'
      : {
          open: '[',
          items: ['parameter', 'for parameter in model.parameters()', 'if parameter.requires_grad'],
          close: ']',
          isExpression: true,
        };
    return isWhole
      ? [assign('optimizer', call('torch.optim.SGD', trained, `lr=${rate}`, ...settings))]
      : [
          assign('trained', trained),
          assign('optimizer', call('torch.optim.SGD', 'trained', `lr=${rate}`, ...settings)),
        ];
  }
  const prefixes = tuple(keyPrefixes(cover(plan, 'initialise')).map(stringLiteral));
  const isLoaded = loadsWeights(plan);
  return [
    ...(isLoaded ? [] : [assign('fresh', prefixes)]),
    'groups = {"kept": [], "fresh": []}',
    'for name, parameter in model.named_parameters():',
    '    if parameter.requires_grad:',
    '        groups["fresh" if name.startswith(fresh) else "kept"].append(parameter)',
    assign(
      'optimizer',
      call(
        'torch.optim.SGD',
        list([
          dict(['"params": groups["kept"]', `"lr": ${rates.kept}`]),
          dict(['"params": groups["fresh"]', `"lr": ${rates.fresh}`]),
        ]),
        ...settings,
      ),
    ),
  ];
}
