import type { Path, PathElement } from '../../checkpoint/checkpoint';
import { stringLiteral } from '../../checkpoint/pythonText';
import { metadataElement } from '../operations/metadata';
import type { Loss } from '../operations/select';
import { keyLiteral } from './reach';
import { listOf, loop, statements, type Scope, type Statements } from './scope';

/** What one container loses. */
interface Losses {
  readonly above: Path;
  readonly losses: readonly Loss[];
}

/**
 * Deletions, those of inner containers first: what an outer one loses moves what is in it.
 * @param chosen what was chosen to be removed: `__metadata__` of a `.safetensors` is no part of the losses.
 */
export function lossLines(scope: Scope, losses: readonly Loss[], chosen: readonly Path[]): Statements | null {
  const byContainer = new Map<string, { above: Path; losses: Loss[] }>();
  for (const loss of losses) {
    const id = JSON.stringify(loss.above);
    const known = byContainer.get(id) ?? { above: loss.above, losses: [] };
    known.losses.push(loss);
    byContainer.set(id, known);
  }
  const inner = [...byContainer.values()].sort((a, b) => b.above.length - a.above.length);
  return statements([...inner.flatMap((each) => linesOf(scope, each)), ...metadataLines(scope, chosen)]);
}

function metadataLines({ context }: Scope, chosen: readonly Path[]): readonly string[] {
  const isFlat = context.checkpoint.container.kind === 'safetensors';
  const mine = isFlat ? chosen.filter(([first]) => first === metadataElement) : [];
  return mine.map(([, name]) => (name === undefined ? 'metadata.clear()' : `del metadata[${keyLiteral(name)}]`));
}

function linesOf(scope: Scope, { above, losses }: Losses): readonly (string | null)[] {
  const container = scope.reach.at(above);
  const keys = losses.filter(({ kind }) => kind === 'key').map(({ element }) => element);
  const items = losses.filter(({ kind }) => kind === 'item').map(({ element }) => element);
  const others = losses.filter(({ kind }) => kind !== 'key' && kind !== 'item');
  return [
    ...(keys.length === 0 ? [] : [deletion(container, keys.map(keyLiteral))]),
    ...(items.length === 0 ? [] : [itemDeletion(scope, above, items)]),
    ...others.map((loss) => partDeletion(scope, loss)),
  ];
}

function deletion(container: string, keys: readonly string[]): string {
  const [first = '', ...others] = keys;
  return others.length === 0 ? `del ${container}[${first}]` : loop('key', listOf(keys), `del ${container}[key]`);
}

function itemDeletion({ reach }: Scope, above: Path, items: readonly PathElement[]): string | null {
  const container = reach.at(above);
  const gone = listOf(items.map(String), ['{', '}']);
  const kept = `each for index, each in enumerate(${container}) if index not in ${gone}`;
  switch (reach.branchAt(above)?.type) {
    case 'list':
      return `${container}[:] = [${kept}]`;
    case 'collections.deque':
      return reach.assigned(above, `type(${container})([${kept}], ${container}.maxlen)`);
    case 'tuple':
      return reach.assigned(above, `tuple(${kept})`);
    default:
      // Items of a set have no order in Python.
      return null;
  }
}

/** A parameter, buffer or submodule of a module, or an attribute of an object. */
function partDeletion({ reach }: Scope, { above, element, kind }: Loss): string | null {
  if (typeof element !== 'string' || kind === 'fixed') {
    return null;
  }
  const owner = reach.at(above);
  const name = element.replace(/^\./, '');
  const dot = kind === 'attribute' ? -1 : name.lastIndexOf('.');
  const holder = dot === -1 ? owner : `${owner}.get_submodule(${stringLiteral(name.slice(0, dot))})`;
  return `delattr(${holder}, ${stringLiteral(name.slice(dot + 1))})`;
}
