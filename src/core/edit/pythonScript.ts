import type { Checkpoint } from '../checkpoint/checkpoint';
import { stringLiteral } from '../checkpoint/pythonText';
import type { Operation } from './operations';
import { helperTexts, type Helper } from './python/helpers';
import type { OtherFile } from './python/scope';
import { statementsOf } from './python/statements';
import { dictOf } from './python/tensorLines';
import type { EditState } from './state';

/** One edit, and the state that it was made on. */
export interface ScriptStep {
  readonly before: EditState;
  readonly operation: Operation;
  /** What people call it: a comment above its lines. */
  readonly title: string;
}

/** Files as the script names them. */
export interface ScriptFiles {
  readonly source: string;
  readonly target: string;
  /** Files that edits take something from, by the names that operations give them. */
  readonly resources?: ReadonlyMap<string, { readonly checkpoint: Checkpoint; readonly path: string }>;
}

/**
 * Python that loads a file, does what the edits did and saves it, with torch alone. An edit that no few lines say raises
 * `NotImplementedError` with its title, rather than being left out.
 */
export function pythonScript(steps: readonly ScriptStep[], files: ScriptFiles): string {
  const others = otherFiles(files);
  const edits = steps.map(({ before, operation, title }, index): Edit => {
    const name = title.replace(/\s+/g, ' ');
    const statements = statementsOf(before, operation, others);
    const lines = statements?.lines ?? [`raise NotImplementedError(${stringLiteral(name)})`];
    const loads = resourcesOf(operation).flatMap((name) => otherLoad(name, steps.slice(index), files, others));
    return { lines: [`# ${name}`, ...loads, ...lines], helpers: statements?.helpers ?? [] };
  });
  const original = steps[0]?.before.original;
  const isFlat = original?.container.kind === 'safetensors';
  const helpers = [...new Set(edits.flatMap((edit) => edit.helpers))];
  const load = isFlat ? flatLoad(files.source) : `ckpt = ${torchLoad(files.source, original, steps)}`;
  const body = [
    load,
    ...edits.map(({ lines }) => lines.join('\n')),
    isFlat
      ? `save_file(ckpt, ${stringLiteral(files.target)}, metadata=metadata)`
      : `torch.save(ckpt, ${stringLiteral(files.target)})`,
  ].join('\n\n');
  const blocks = [importLines(helpers, body, isFlat).join('\n'), ...helpers.map((helper) => helperTexts[helper].lines)];
  // Two empty lines around each function, as people write them.
  return `${[...blocks, body].join(helpers.length === 0 ? '\n\n' : '\n\n\n')}\n`;
}

interface Edit {
  readonly lines: readonly string[];
  readonly helpers: readonly Helper[];
}

/** Other files that an edit takes something from. */
function resourcesOf(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'addFrom':
      return [operation.resource];
    case 'conform':
      return [...new Set(operation.keys.flatMap((key) => (key.how === 'fromTarget' ? [key.resource] : [])))];
    default:
      return [];
  }
}

function importLines(helpers: readonly Helper[], body: string, isFlat: boolean): readonly string[] {
  const modules = new Set(['torch', ...helpers.flatMap((helper) => helperTexts[helper].imports)]);
  if (/\bre\.sub\(/.test(body)) {
    modules.add('re');
  }
  const plain = [...modules].sort().map((module) => `import ${module}`);
  return isFlat ? [...plain, 'from safetensors import safe_open', 'from safetensors.torch import save_file'] : plain;
}

function flatLoad(source: string): string {
  return [
    `with safe_open(${stringLiteral(source)}, framework="pt") as file:`,
    '    metadata = file.metadata() or {}',
    '    ckpt = {key: file.get_tensor(key) for key in file.keys()}',
  ].join('\n');
}

/** @param steps those that come after loading: what they remap is remapped at once. */
function torchLoad(source: string, checkpoint: Checkpoint | undefined, steps: readonly ScriptStep[]): string {
  const location = mapLocation(steps);
  // Without it torch refuses the file; the object that it holds may run any code.
  const safe = checkpoint?.weightsOnly.loads === false ? 'False' : 'True';
  const parts = [
    stringLiteral(source),
    ...(location === null ? [] : [`map_location=${location}`]),
    `weights_only=${safe}`,
  ];
  return `torch.load(${parts.join(', ')})`;
}

function otherLoad(
  resource: string,
  steps: readonly ScriptStep[],
  { resources }: ScriptFiles,
  others: ReadonlyMap<string, OtherFile>,
): readonly string[] {
  const [file, other] = [resources?.get(resource), others.get(resource)];
  return file === undefined || other === undefined
    ? []
    : [`${other.name} = ${torchLoad(file.path, file.checkpoint, steps)}`];
}

/** All remappings of whole files one after the other, as `map_location`; null where there are none. */
function mapLocation(steps: readonly ScriptStep[]): string | null {
  let all: string | null = null;
  let map = new Map<string, string>();
  for (const { operation } of steps) {
    if (operation.kind !== 'remapDevices' || operation.selection !== undefined) {
      continue;
    }
    const { to } = operation;
    if (to.kind === 'all') {
      all = to.device;
    } else if (all !== null) {
      all = to.map[all] ?? all;
    } else {
      const moved = [...map].map(([from, target]) => [from, to.map[target] ?? target] as const);
      map = new Map([...Object.entries(to.map), ...moved]);
    }
  }
  return all !== null ? stringLiteral(all) : map.size > 0 ? dictOf(Object.fromEntries(map)) : null;
}

function otherFiles({ resources = new Map() }: ScriptFiles): ReadonlyMap<string, OtherFile> {
  return new Map(
    [...resources].map(([name, { checkpoint }], index) => [name, { checkpoint, name: `other${String(index + 1)}` }]),
  );
}
