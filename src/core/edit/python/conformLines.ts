import { stringLiteral } from '../../checkpoint/pythonText';
import type { Conform, ConformKey } from '../operations';
import { movedModules } from '../operations/conform';
import { extracted } from './entryLines';
import { Reach } from './reach';
import { listOf, statements, type OtherFile, type Scope, type Statements } from './scope';

/** The state dict anew, key by key; null where numbers are drawn or interpolated: no few lines do that. */
export function conformLines(
  { reach }: Scope,
  { path, keys }: Conform,
  others: ReadonlyMap<string, OtherFile>,
): Statements | null {
  const dict = reach.at(path);
  const items = keys.map((key) => {
    const value = valueOf(key, dict, others);
    return value === null ? null : `${stringLiteral(key.key)}: ${value}`;
  });
  const known = items.filter((item) => item !== null);
  if (known.length < items.length) {
    return null;
  }
  return statements([
    `items = ${listOf(known, ['{', '}'])}`,
    `${dict}.clear()`,
    `${dict}.update(items)`,
    ...metadataLines(keys, dict),
  ]);
}

/** `_metadata` goes with the modules whose keys are renamed. */
function metadataLines(keys: readonly ConformKey[], dict: string): readonly string[] {
  const modules = [...movedModules(keys)].map(([from, to]) => `${stringLiteral(from)}: ${stringLiteral(to)}`);
  const metadata = `${dict}._metadata`;
  return modules.length === 0
    ? []
    : [
        `modules = ${listOf(modules, ['{', '}'])}`,
        [
          `if hasattr(${dict}, "_metadata"):`,
          `    items = [(modules.get(name, name), info) for name, info in ${metadata}.items()]`,
          `    ${metadata} = type(${metadata})(items)`,
        ].join('\n'),
      ];
}

function valueOf(key: ConformKey, dict: string, others: ReadonlyMap<string, OtherFile>): string | null {
  switch (key.how) {
    case 'load':
      return `${dict}[${stringLiteral(key.from)}]`;
    case 'reshape':
      return `${dict}[${stringLiteral(key.from)}].reshape(${listOf(key.shape.map(String))})`;
    case 'fromTarget': {
      const other = others.get(key.resource);
      const name = key.path.at(-1);
      return other === undefined || typeof name !== 'string'
        ? null
        : `${extracted(new Reach(other.checkpoint, other.name), key.path.slice(0, -1), true)}[${stringLiteral(name)}]`;
    }
    case 'interpolate':
    case 'overlap':
    case 'afresh':
      return null;
  }
}
