import { EditError, editError } from '../../../../src/core/edit/editError';
import { layerText, parseLayerCall } from '../../../../src/core/init/layerCall';
import {
  argumentText,
  dimensionsOf,
  signatures,
  type Argument,
  type ArgumentType,
  type LayerSpec,
  type Parameter,
} from '../../../../src/core/init/layerSpec';
import type { LayerView } from '../../../../src/protocol/layers';

/** The line of Python that a person writes, what was understood of it, and fields that are being typed. */
export interface LayerDraft {
  readonly line: string;
  /** The last one that was understood; null before the first. */
  readonly spec: LayerSpec | null;
  /** Why the line says no layer. */
  readonly problem: EditError | null;
  /** What fields say that is not in the line, by their names. */
  readonly typed: ReadonlyMap<string, TypedField>;
}

interface TypedField {
  readonly text: string;
  /** Why no layer can have it; null when the line has taken it over. */
  readonly problem: EditError | null;
}

const nothingTyped: LayerDraft['typed'] = new Map();

/** The layer as it is. */
export function draftOf({ name, call }: LayerView): LayerDraft {
  const draft = withLine(lineOf(name, call));
  return call === '' ? { ...draft, problem: null } : draft;
}

/** A name that Python could assign to. */
const assignable = /^[A-Za-z_]\w*(?:\.\w+)*$/;

function lineOf(target: string | null, call: string): string {
  return target !== null && assignable.test(target) ? `${target} = ${call}` : call;
}

export function withLine(line: string, before: LayerSpec | null = null): LayerDraft {
  try {
    return { line, spec: parseLayerCall(line).spec, problem: null, typed: nothingTyped };
  } catch (error) {
    return { line, spec: before, problem: asEditError(error), typed: nothingTyped };
  }
}

/** What stands before the `=` of a line, with dots alone; null where there is nothing, or no layer behind it. */
export function targetOf(line: string): string | null {
  try {
    return parseLayerCall(line).target;
  } catch (error) {
    asEditError(error);
    return null;
  }
}

function asEditError(error: unknown): EditError {
  if (error instanceof EditError) {
    return error;
  }
  throw error;
}

/** One field says something else; the line follows as soon as a layer can have it. */
export function withField(draft: LayerDraft, name: string, text: string): LayerDraft {
  const typed = new Map(draft.typed).set(name, { text, problem: null });
  return draft.spec === null ? draft : settled({ ...draft, typed }, draft.spec);
}

/** Takes over what fields say, and again what another field stood in the way of. */
function settled(draft: LayerDraft, before: LayerSpec): LayerDraft {
  const typed = new Map(draft.typed);
  let spec = before;
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, { text }] of typed) {
      const next = argumentOf(spec, name, text);
      const problem = next instanceof EditError ? next : null;
      typed.set(name, { text, problem });
      if (!(next instanceof EditError) && layerText(next) !== layerText(spec)) {
        spec = next;
        changed = true;
      }
    }
  }
  return spec === before
    ? { ...draft, typed }
    : { line: lineOf(nameIn(draft.line), layerText(spec)), spec, problem: null, typed };
}

/** As it stands in the line, be that one understood or not. */
function nameIn(line: string): string | null {
  return targetOf(line) ?? /^\s*([A-Za-z_][\w.]*)\s*=[^=]/.exec(line)?.[1] ?? null;
}

/** The field has been left: what it says is written as the line writes it. */
export function withoutTyped(draft: LayerDraft, name: string): LayerDraft {
  if (draft.typed.get(name)?.problem !== null) {
    return draft;
  }
  const typed = new Map(draft.typed);
  typed.delete(name);
  return { ...draft, typed };
}

/** The layer with another argument, or why there is none. */
function argumentOf(spec: LayerSpec, name: string, text: string): LayerSpec | EditError {
  const all = signatures[spec.kind].map((parameter) => {
    const value = parameter.name === name ? valueText(parameter, text) : allText(spec, parameter);
    return `${parameter.name}=${value}`;
  });
  try {
    return parseLayerCall(`nn.${spec.kind}(${all.join(', ')})`).spec;
  } catch (error) {
    const problem = asEditError(error);
    // The whole call is nothing that a person has written.
    return problem.reason === 'bad-argument' || problem.reason === 'not-a-literal'
      ? problem
      : editError('edit-invalid', 'bad-argument', [], `${name}=${text}`, spec.kind);
  }
}

/** Names that Python quotes are typed without quotes. */
function valueText({ type }: Parameter, text: string): string {
  const isName = /^\s*[a-z]+\s*$/.test(text);
  return isName && ['padding', 'padding-mode', 'nonlinearity'].includes(type) ? `'${text.trim()}'` : text;
}

function allText({ arguments: all }: LayerSpec, { name, type }: Parameter): string {
  return argumentText(all[name] ?? null, type);
}

/** What a field shows of an argument: `5` for `(5, 5)`. */
export function fieldText(spec: LayerSpec, { name, type }: Parameter): string {
  const value: Argument = spec.arguments[name] ?? null;
  if (typeof value === 'string') {
    return value;
  }
  const list = typeof value === 'object' && value !== null ? value : [];
  const [first] = list;
  const isRepeated = list.length > 0 && list.every((size) => size === first);
  return isRepeated && (list.length === dimensionsOf(spec.kind) || list.length === 1)
    ? String(first)
    : argumentText(value, type);
}

/** Values of an argument that is one of a few names. */
export function choicesOf(type: ArgumentType): readonly string[] {
  switch (type) {
    case 'padding-mode':
      return ['zeros', 'reflect', 'replicate', 'circular'];
    case 'nonlinearity':
      return ['tanh', 'relu'];
    default:
      return [];
  }
}

/** Whether the line or a field says what no layer is. */
export function isWrong({ problem, spec, typed }: LayerDraft): boolean {
  return problem !== null || spec === null || [...typed.values()].some((field) => field.problem !== null);
}

/**
 * The layer that a line is about: the one that it names, as the file or as code names it (`model.fc`); the present one where
 * it names none.
 */
export function layerMeant(layers: readonly LayerView[], line: string, present: LayerView): LayerView | EditError {
  const target = targetOf(line);
  if (target === null) {
    return present;
  }
  const dot = target.indexOf('.');
  const found = named(layers, target) ?? (dot < 0 ? undefined : named(layers, target.slice(dot + 1)));
  if (found === undefined) {
    return editError('edit-no-match', 'no-layer', [target]);
  }
  // The same name in several state dicts: the one that is open already.
  const dict = dictOf(present);
  return (
    found.find((layer) => layer === present) ?? found.find((layer) => dictOf(layer) === dict) ?? found[0] ?? present
  );
}

function named(layers: readonly LayerView[], target: string): readonly LayerView[] | undefined {
  const found = layers.filter(({ name, key }) => name !== '' && (name === target || key === target));
  return found.length === 0 ? undefined : found;
}

function dictOf({ key, name }: LayerView): string {
  return key.slice(0, key.length - name.length);
}
