import { basename, dirname, resolve } from 'node:path';
import { isFactoryModel, isFactoryProblem, type FactoryModel } from './factoryModel';
import { PythonError, type Output } from './pythonError';
import { runScript, type ScriptOptions } from './runScript';

/** Where a model comes from: `package.module` or a file, and `Net(num_classes=120)`. */
export interface Factory {
  /** As Python imports it, or the path of a `.py` that it could not import by a name. */
  readonly module: string;
  /** A dotted name, or a call of one with literals. Python's own parser checks it; it is never evaluated. */
  readonly expression: string;
}

export interface FactoryOptions extends ScriptOptions {
  /** Looked in before all others, in this order: the workspace's folder, the file's. */
  readonly folders: readonly string[];
}

export interface FactoryReply {
  readonly model: FactoryModel;
  /** What the factory printed. */
  readonly output: Output;
}

/** Characters of what a person types. */
const maxText = 10_000;
const moduleText = /^\s*((?:[\p{ID_Start}_][\p{ID_Continue}]*\.)*[\p{ID_Start}_][\p{ID_Continue}]*)\s*:\s*(\S[^]*)$/u;

/** A quote begins an argument, in which `.py:` may stand as well. */
const fileText = /^\s*([^"']+?\.py)\s*:\s*(\S[^]*)$/;

/**
 * `package.module:callable`, `package.module:Net(num_classes=120)`, `folder/file.py:Net`.
 * @throws PythonError `bad-factory`
 */
export function parseFactory(text: string): Factory {
  const [, module, expression] = fileText.exec(text.slice(0, maxText)) ?? moduleText.exec(text.slice(0, maxText)) ?? [];
  if (module === undefined || expression === undefined || text.length > maxText) {
    throw new PythonError({ kind: 'bad-factory', text: text.slice(0, 200) });
  }
  return { module, expression: expression.trim() };
}

/**
 * Builds the model in a process of the user's Python, on the meta device where that can be done. This runs the user's code.
 * @throws PythonError; CheckpointError `cancelled`
 */
export async function buildFactory(factory: Factory, options: FactoryOptions): Promise<FactoryReply> {
  const [root = '.'] = options.folders;
  const { value, output } = await runScript('factory.py', requestOf(factory, options.folders), {
    folder: root,
    ...options,
  });
  const { model, failure } = isReply(value) ? value : { model: undefined, failure: undefined };
  if (isFactoryModel(model)) {
    return { model, output };
  }
  throw new PythonError(
    isFactoryProblem(failure) ? failure : { kind: 'bad-reply', note: JSON.stringify(value).slice(0, 200) },
    output,
  );
}

/** A file is imported by its name, from its own folder before all others: those may have one of that name, too. */
function requestOf({ module, expression }: Factory, folders: readonly string[]): Factory & { folders: string[] } {
  const absolute = folders.map((folder) => resolve(folder));
  if (!module.endsWith('.py')) {
    return { module, expression, folders: absolute };
  }
  const path = resolve(absolute[0] ?? '.', module);
  return { module: basename(path, '.py'), expression, folders: [...new Set([dirname(path), ...absolute])] };
}

function isReply(value: unknown): value is { readonly model?: unknown; readonly failure?: unknown } {
  return typeof value === 'object' && value !== null;
}
