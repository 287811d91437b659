import { isPythonName } from '../checkpoint/path';
import { stringLiteral } from '../checkpoint/pythonText';
import { weightsAt } from '../snippets/contents';
import { assign, dict } from '../snippets/layout';
import { stateDictLines } from '../snippets/loading';
import { PythonText } from '../snippets/pythonText';
import type { NamedPlan, Plan } from './plan';
import {
  freezesModules,
  isTrained,
  loadsWeights,
  modelOfPlan,
  modelParagraphs,
  newOptimizerLines,
  type PlanScriptOptions,
} from './scriptModel';
import { compareParagraphs, parametersOf, trainLines } from './scriptTraining';

export type { PlanScriptOptions } from './scriptModel';

/**
 * Python that carries a plan out: makes the model, loads the file and checks what was loaded, freezes, makes the optimizer,
 * and defines `train`. Runs as pasted; a network of the person's own needs its class (`options.model`).
 */
export function planScript(plan: Plan, options: PlanScriptOptions): string {
  const text = begin([plan], options);
  if (!isTrained(plan)) {
    return end(text, plan, options).toString();
  }
  modelParagraphs(plan, options).forEach((lines) => text.add(...lines));
  const handed = parametersOf([plan]);
  return text
    .add(deviceLine, 'model.to(device)')
    .add(...newOptimizerLines(plan))
    .add(...trainLines([plan]))
    .add('# For example:', `# train(${handed}, DataLoader(dataset, batch_size=32, shuffle=True))`)
    .toString();
}

const deviceLine = 'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")';

/** Imports, and the file where any plan takes something from it. */
function begin(plans: readonly Plan[], options: PlanScriptOptions): PythonText {
  const text = new PythonText().import('import torch', 'from torch import nn');
  plans.forEach((plan) => text.import(...modelOfPlan(plan, options).imports));
  const loading = plans.find(loadsWeights);
  const branch = loading === undefined ? null : weightsAt(options.checkpoint, loading.path);
  return branch === null
    ? text
    : text.add(stateDictLines(options.checkpoint, branch, options.fileName, { mapLocation: '"cpu"' }));
}

/** Nothing is trained: the network gives features. */
function end(text: PythonText, plan: Plan, options: PlanScriptOptions): PythonText {
  modelParagraphs(plan, options).forEach((lines) => text.add(...lines));
  return text
    .add(deviceLine, 'model.to(device).eval()')
    .add('def features(data):', '    with torch.no_grad():', '        return model(data.to(device))');
}

/**
 * Python that carries several plans out one after the other, and prints what came of each as a table.
 * @throws RangeError where none of them trains anything.
 */
export function plansScript(named: readonly NamedPlan[], options: PlanScriptOptions): string {
  const trained = named.filter(({ plan }) => isTrained(plan));
  const plans = trained.map(({ plan }) => plan);
  if (plans.length === 0) {
    throw new RangeError('no plan trains anything');
  }
  const text = begin(plans, options).add(deviceLine);
  const functions = functionNames(trained);
  trained.forEach(({ name, plan }, index) => {
    text.add(...functionLines(functions[index] ?? '', name, plan, plans, options));
  });
  text.add(
    assign('plans', dict(trained.map(({ name }, index) => `${stringLiteral(name)}: ${functions[index] ?? ''}`))),
  );
  text.add(...trainLines(plans));
  compareParagraphs(plans).forEach((lines) => text.add(...lines));
  return text
    .add('# For example:', '# compare(DataLoader(training, 32, shuffle=True), DataLoader(validation, 32), epochs=10)')
    .toString();
}

/** A name for each function that Python takes, no two alike. */
function functionNames(plans: readonly NamedPlan[]): readonly string[] {
  const taken = new Set<string>();
  return plans.map(({ name }, index) => {
    const word = name
      .toLowerCase()
      .replace(/\W+/g, '_')
      .replace(/^(?:plan)?_+|_+$/g, '');
    const plain = word !== '' && isPythonName(`plan_${word}`) ? `plan_${word}` : `plan_${String(index + 1)}`;
    const unique = taken.has(plain) ? `${plain}_${String(index + 1)}` : plain;
    taken.add(unique);
    return unique;
  });
}

function functionLines(
  functionName: string,
  name: string,
  plan: Plan,
  plans: readonly Plan[],
  options: PlanScriptOptions,
): readonly string[] {
  const handed = parametersOf(plans);
  const isFrozenMissing = handed.includes('frozen') && !freezesModules(plan);
  const paragraphs = [
    ...modelParagraphs(plan, options),
    ['model.to(device)', ...(isFrozenMissing ? ['frozen = []'] : [])],
    newOptimizerLines(plan),
    [`return ${handed}`],
  ];
  const body = paragraphs.map((lines) => indented(lines)).join('\n\n');
  // A name may come out of a file: nothing of it ends the text.
  const title = name.replace(/[\p{C}\\"]/gu, '').trim();
  return [`def ${functionName}():`, ...(title === '' ? [] : [`    """${title}"""`]), body];
}

function indented(lines: readonly string[]): string {
  return lines
    .join('\n')
    .split('\n')
    .map((line) => (line === '' ? line : `    ${line}`))
    .join('\n');
}
