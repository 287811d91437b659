import type { Checkpoint, Path } from '../core/checkpoint/checkpoint';
import { keyOf } from '../core/checkpoint/path';
import { layersNamed } from '../core/edit/layerNames';
import { layerNotes } from '../core/edit/layerNotes';
import type { Operation } from '../core/edit/operations';
import type { EditState } from '../core/edit/state';
import { initialisations } from '../core/init/initialisation';
import { parseLayerCall } from '../core/init/layerCall';
import { layerNoteText } from '../wording/layerNotes';
import { english } from '../wording/translate';
import type { GivenOption } from './arguments';
import { pathNamed } from './entryNames';
import { CommandError, UsageError } from './failure';
import { splitAtFirst, splitAtLast } from './splitOption';

/** What holds for every new layer of a command line. */
export interface Freshness {
  readonly seed: number;
  readonly init: string;
}

/** Beside the names of `torch.nn.init`: the default, around what old and new sizes have in common. */
const overlap = 'overlap';

/** `--seed N` and `--init NAME`, wherever they stand. @throws UsageError */
export function freshnessOf(given: readonly GivenOption[]): Freshness {
  const last = (name: string, usual: string): string =>
    given.findLast((option) => option.name === name)?.value ?? usual;
  const [seed, init] = [last('seed', '0'), last('init', 'default')];
  if (!/^-?\d{1,15}$/.test(seed)) {
    throw new UsageError(`--seed takes a whole number, not ${seed}`);
  }
  if (init !== overlap && !initialisations.has(init)) {
    throw new UsageError(`--init takes one of ${[...initialisations.keys(), overlap].join(', ')}`);
  }
  return { seed: Number(seed), init };
}

/** `LAYER=Linear(2048, 120)` @throws EditError, CommandError, UsageError */
export function replaceOperations(
  value: string,
  { seed, init }: Freshness,
): (checkpoint: Checkpoint) => readonly Operation[] {
  const [name, call] = value.startsWith('[') ? splitAtFirst(value, 'LAYER=CALL') : [null, value];
  return (checkpoint) => {
    const { target, spec: layer } = parseLayerCall(call);
    const path = name === null ? layerNamed(checkpoint, target) : pathNamed(checkpoint, name);
    const initialisation = initialisations.get(init) ?? { kind: 'default' };
    const kept = init === overlap ? { keepOverlap: true } : {};
    return [{ kind: 'replaceLayer', path, layer, initialisation, seed, ...kept }];
  };
}

/** What replacing a layer means for others. */
export function layerWarnings(before: EditState, operation: Operation): readonly string[] {
  return operation.kind === 'replaceLayer'
    ? layerNotes(before, operation).map((note) => `${keyOf(operation.path)}: ${layerNoteText(note, english)}`)
    : [];
}

function layerNamed(checkpoint: Checkpoint, name: string | null): Path {
  if (name === null) {
    throw new UsageError('not LAYER=CALL: no name stands before the call');
  }
  const [first, second] = layersNamed(checkpoint, name);
  if (first === undefined) {
    const alike = namesLike(checkpoint, name);
    const remedy = alike.length > 0 ? `there is ${alike.join(', ')}` : 'take the part of a key before .weight';
    throw new CommandError('no-such-entry', `no layer is called ${name}`, remedy);
  }
  if (second !== undefined) {
    throw new CommandError(
      'ambiguous-key',
      `${name} is the name of more than one layer`,
      `name it by what it is in: ${keyOf(first)} or ${keyOf(second)}`,
    );
  }
  return first;
}

/** Layers whose names end so: a wrapper's prefix may have been left out. At most three. */
function namesLike({ entries }: Checkpoint, name: string): readonly string[] {
  const found = entries.flatMap(({ kind, path }) => {
    const key = kind === 'tensor' ? keyOf(path) : '';
    const at = key.indexOf(`.${name}.`);
    return at < 0 ? [] : [key.slice(0, at + 1 + name.length)];
  });
  return [...new Set(found)].slice(0, 3);
}

/** `KEY=SHAPE` @throws UsageError */
export function resizeOperations(value: string, { seed }: Freshness): (checkpoint: Checkpoint) => readonly Operation[] {
  const [name, text] = splitAtLast(value, 'KEY=SHAPE');
  if (!/^\s*[[(]?\s*\d+(?:\s*[,x×]\s*\d+)*\s*,?\s*[\])]?\s*$/.test(text)) {
    throw new UsageError(`not a shape: ${text}`);
  }
  const shape = (text.match(/\d+/g) ?? []).map(Number);
  return (checkpoint) => [{ kind: 'resize', path: pathNamed(checkpoint, name), shape, seed }];
}
