import type { Path, PathElement } from './checkpoint';
import { stringLiteral } from './pythonText';

/** The path joined with `.`, reprs as they are: how people name an entry. Two paths may have one key. */
export function keyOf(path: Path): string {
  return path.map(elementText).join('.');
}

/** Text of the last step; '' for the root. */
export function lastText(path: Path): string {
  const last = path.at(-1);
  return last === undefined ? '' : elementText(last);
}

export function elementText(element: PathElement): string {
  return typeof element === 'object' ? element.repr : String(element);
}

/** What the object at one step of a path is, where it changes how Python reaches what is below it. */
export type StepKind = 'mapping' | 'module' | 'submodule' | 'set' | 'object';

const identifier = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const keywords = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** Whether Python takes a text as the name of a variable or attribute. */
export function isPythonName(text: string): boolean {
  return identifier.test(text) && !keywords.has(text);
}

function attribute(base: string, name: string): string {
  if (name === '__setstate__') {
    return `${base}.__reduce_ex__(2)[2]`;
  }
  return isPythonName(name) ? `${base}.${name}` : `vars(${base})[${stringLiteral(name)}]`;
}

function step(base: string, element: PathElement, kind: StepKind): string {
  if (kind === 'set') {
    return base;
  }
  if (typeof element === 'object') {
    return `${base}[${element.repr}]`;
  }
  if (typeof element === 'number') {
    return `${base}[${String(element)}]`;
  }
  const argument = /^\((\d+)\)$/.exec(element);
  if (argument !== null && kind === 'object') {
    return `${base}.__reduce_ex__(2)[1][${argument[1] ?? ''}]`;
  }
  if (element.startsWith('.') && element.length > 1 && kind !== 'mapping') {
    return attribute(base, element.slice(1));
  }
  switch (kind) {
    case 'module':
      return `${base}.state_dict()[${stringLiteral(element)}]`;
    case 'submodule':
      return `${base}.get_submodule(${stringLiteral(element)})`;
    default:
      return `${base}[${stringLiteral(element)}]`;
  }
}

/**
 * Python that reaches an entry, given that the loaded object is called `root`.
 * @param kindOf what stands at `path[0 … depth)`, the object that `path[depth]` is a step below; without it a leading dot
 * means an attribute.
 */
export function pythonExpression(path: Path, root = 'ckpt', kindOf?: (depth: number) => StepKind | undefined): string {
  return path.reduce<string>((base, element, depth) => step(base, element, kindOf?.(depth) ?? 'object'), root);
}
