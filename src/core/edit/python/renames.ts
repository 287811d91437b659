import type { Path } from '../../checkpoint/checkpoint';
import { keyOf } from '../../checkpoint/path';
import { stringLiteral } from '../../checkpoint/pythonText';
import type { Rename, RenameKey, RenameKeys } from '../operations';
import { keyChanges, moduleChanges, type Renaming } from '../operations/rename';
import { keyLiteral } from './reach';
import { listOf, statements, type Scope, type Statements } from './scope';

/** By a rule where Python has one that means the same, else by a table of all keys. */
export function renameLines({ context, reach }: Scope, operation: Renaming): Statements | null {
  const rule = operation.kind === 'renameKeys' || operation.only !== undefined ? null : ruleOf(operation);
  const tables = new Map<string, { path: Path; pairs: string[] }>();
  const add = (path: Path, from: string, to: string): void => {
    const known = tables.get(keyOf(path)) ?? { path, pairs: [] };
    known.pairs.push(`${stringLiteral(from)}: ${stringLiteral(to)}`);
    tables.set(keyOf(path), known);
  };
  for (const { path, from, to } of keyChanges(context, operation)) {
    add(path.slice(0, -1), from, to);
  }
  for (const { path, from, to } of rule === null ? moduleChanges(context, operation) : []) {
    add(path, `${from}.`, `${to}.`);
  }
  const outermost =
    operation.kind === 'addPrefix' ? `, outermost=${stringLiteral(operation.prefix.replace(/\.$/, ''))}` : '';
  const lines = [...tables.values()].map(({ path, pairs }) => {
    const by = rule ?? `lambda key: ${listOf(pairs, ['{', '}'])}.get(key, key)`;
    return `rename_keys(${reach.at(path)}, ${by}${outermost})`;
  });
  return statements(lines, 'renameKeys');
}

/** A Python function that renames as the operation does; null where there may be none. */
function ruleOf(operation: Exclude<Renaming, RenameKeys>): string | null {
  switch (operation.kind) {
    case 'stripPrefix':
      return `lambda key: key.removeprefix(${stringLiteral(operation.prefix)})`;
    case 'addPrefix':
      return `lambda key: ${stringLiteral(operation.prefix)} + key`;
    case 'renamePrefix': {
      const [from, to] = [stringLiteral(operation.from), stringLiteral(operation.to)];
      return `lambda key: ${to} + key.removeprefix(${from}) if key.startswith(${from}) else key`;
    }
    case 'rename':
      return patternRule(operation);
  }
}

/** What patterns may consist of for both languages to mean the same by them, in ASCII. */
const plainPattern =
  /^(?:[\w ,:;<>=!@#%&~"'/-]|\\[.dDwWbB[\](){}*+?^$|\\/-]|[.*+?|^$]|\((?!\?)|\(\?[:=!]|\)|\{\d+(?:,\d*)?\}|\[\^?[\w .,:;-]+\])*$/;
const plainText = /^[ -~]*$/;

function patternRule({ pattern, text, ignoreCase }: Rename): string | null {
  const replacement = templateOf(text);
  if (!plainPattern.test(pattern) || replacement === null) {
    return null;
  }
  // `$` of Python also matches before a line break at the end.
  const expression = pattern.replace(/\\.|\[[^\]]*\]|\$/g, (part) => (part === '$' ? '\\Z' : part));
  const flags = ignoreCase === true ? 're.ASCII | re.IGNORECASE' : 're.ASCII';
  return `lambda key: re.sub(${stringLiteral(expression)}, ${stringLiteral(replacement)}, key, flags=${flags})`;
}

/** JavaScript's replacement text as Python's: `$1` → `\g<1>`. */
function templateOf(text: string): string | null {
  if (!plainText.test(text) || /\$[`'<]|\$\d\d/.test(text)) {
    return null;
  }
  return text
    .replaceAll('\\', '\\\\')
    .replace(/\$(?:(\d)|(&)|\$)/g, (_, group?: string, whole?: string) =>
      group !== undefined ? `\\g<${group}>` : whole === undefined ? '$' : '\\g<0>',
    );
}

export function renameKeyLines({ reach }: Scope, { path, key }: RenameKey): Statements | null {
  const [old = '', mapping] = [path.at(-1), reach.at(path.slice(0, -1))];
  return statements([
    `items = [(${keyLiteral(key)} if key == ${keyLiteral(old)} else key, value) for key, value in ${mapping}.items()]`,
    `${mapping}.clear()`,
    `${mapping}.update(items)`,
  ]);
}
