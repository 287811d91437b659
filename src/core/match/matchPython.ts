import type { Checkpoint } from '../checkpoint/checkpoint';
import { isSameShape } from '../checkpoint/layer';
import { stringLiteral } from '../checkpoint/pythonText';
import { Reach } from '../edit/python/reach';
import { assign, comment, dict, layOut, prefixed } from '../snippets/layout';
import { loadLines } from '../snippets/loading';
import { placeholderModel, type ModelCode } from '../snippets/modelCode';
import { PythonText } from '../snippets/pythonText';
import type { MatchResult } from './match';

export interface MatchPythonOptions {
  /** The file as the script names it. */
  readonly fileName: string;
  /** How Python makes the model; without it the script leaves a line to be filled in. */
  readonly model?: ModelCode;
}

/**
 * Python that loads of the file what fits the model, by name and shape, with the renames that were accepted, and checks that
 * what stays as the constructor made it is what the match says.
 * @param checkpoint the file that the match is of.
 */
export function matchPython(checkpoint: Checkpoint, result: MatchResult, options: MatchPythonOptions): string {
  const { source, target } = result;
  const model = options.model ?? placeholderModel;
  const isWhole = source.path.length === 0 && !source.isModule;
  const name = isWhole ? 'state_dict' : 'ckpt';
  const taken = `${new Reach(checkpoint, 'ckpt').at(source.path)}${source.isModule ? '.state_dict()' : ''}`;
  const loads = result.matched.filter(
    (pair) => pair.target.shape === null || isSameShape(pair.source.shape ?? [], pair.target.shape),
  );
  return new PythonText()
    .import('import torch', ...model.imports)
    .add(
      loadLines(checkpoint, options.fileName, name, { mapLocation: '"cpu"' }),
      ...(isWhole ? [] : [assign('state_dict', taken)]),
    )
    .add(...renameLines(result))
    .add(assign('model', model.expression), assign('model_dict', 'model.state_dict()'), filterLine(result))
    .add('model.load_state_dict(fitting, strict=False)')
    .add(
      comment('What the file lacks, or has in another shape, is as the constructor made it.'),
      assign('left', 'sorted(model_dict.keys() - fitting.keys())'),
      'print(f"{len(fitting)} of {len(model_dict)} keys loaded, not: {left}")',
      `assert len(left) == ${String(target.keys.length - loads.length)}`,
    )
    .toString();
}

/** By one prefix where that says all, else by a table. */
function renameLines(result: MatchResult): readonly string[] {
  const pairs = [...result.matched, ...result.mismatched].map(
    ({ source, target }) => [source.key, target.key] as const,
  );
  const renames = pairs.filter(([from, to]) => from !== to);
  const [first] = renames;
  if (first === undefined) {
    return [];
  }
  const renamed = (key: string): string =>
    layOut(prefixed('state_dict = ', comprehension(`${key}: value`, 'for key, value in state_dict.items()')));
  const [from, to] = first;
  const strip = from.endsWith(to) ? from.slice(0, from.length - to.length) : '';
  if (strip !== '' && saysAll(result, (key) => (key.startsWith(strip) ? key.slice(strip.length) : key))) {
    return [renamed(`key.removeprefix(${stringLiteral(strip)})`)];
  }
  const add = to.endsWith(from) ? to.slice(0, to.length - from.length) : '';
  if (add !== '' && saysAll(result, (key) => add + key)) {
    return [renamed(`${stringLiteral(add)} + key`)];
  }
  const table = renames.map(([old, now]) => `${stringLiteral(old)}: ${stringLiteral(now)}`);
  return [assign('renames', dict(table)), renamed('renames.get(key, key)')];
}

/** Whether a rule gives every key of the file the name that the match gives it, and no other key a name of the model. */
function saysAll({ source, target, matched, mismatched }: MatchResult, rule: (key: string) => string): boolean {
  const names = new Map([...matched, ...mismatched].map((pair) => [pair.source.key, pair.target.key]));
  const wanted = new Set(target.keys.map(({ key }) => key));
  return source.keys.every(({ key }) => {
    const name = names.get(key);
    return name === undefined ? !wanted.has(rule(key)) : name === rule(key);
  });
}

function filterLine({ source }: MatchResult): string {
  const isPlain = source.keys.every(({ shape }) => shape !== null);
  const condition = isPlain
    ? 'value.shape == model_dict[key].shape'
    : 'getattr(value, "shape", None) == getattr(model_dict[key], "shape", None)';
  const items = ['key: value', 'for key, value in state_dict.items()', `if key in model_dict and ${condition}`];
  return layOut(prefixed('fitting = ', comprehension(...items)));
}

function comprehension(...items: readonly string[]): ReturnType<typeof dict> {
  return { ...dict(items), isExpression: true };
}
