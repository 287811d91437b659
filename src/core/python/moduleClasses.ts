import { logicalLines } from './logicalLines';

/** A class of a Python source whose objects are models. */
export interface ModuleClass {
  readonly name: string;
  /** Of its `class`, from 0. */
  readonly line: number;
  /** Arguments that its constructor cannot do without, in order. */
  readonly required: readonly string[];
}

/** Classes that derive from `torch.nn.Module` as far as one file tells. Read as text: nothing of it is run. */
export function findModuleClasses(source: string): ModuleClass[] {
  const found = new Map<string, ModuleClass>();
  const names = new ImportedNames();
  let current: ModuleClass | null = null;
  for (const { line, indent, text } of logicalLines(source)) {
    names.take(text);
    if (indent === 0) {
      current = null;
      const [, name, bases = ''] = classLine.exec(text) ?? [];
      const base = parts(bases).find((each) => found.has(each) || isModel(names.full(each)));
      if (name !== undefined && base !== undefined) {
        current = { name, line, required: found.get(base)?.required ?? [] };
        found.set(name, current);
      }
    } else if (current !== null) {
      const [, parameters] = constructorLine.exec(text) ?? [];
      if (parameters !== undefined) {
        found.set(current.name, { ...current, required: requiredOf(parameters) });
        // One within a function or a class of its own is another's.
        current = null;
      }
    }
  }
  return [...found.values()];
}

const name = '[\\p{ID_Start}_][\\p{ID_Continue}]*';
const classLine = new RegExp(`^class\\s+(${name})\\s*(?:\\[[^\\]]*\\]\\s*)?\\(([^]*)\\)\\s*:`, 'u');
const constructorLine = /^def\s+__init__\s*\(([^]*)\)\s*(?:->[^]*)?:/;
const importLine = /^import\s+([^]+)$/;
const fromLine = /^from\s+([.\w]+)\s+import\s+\(?([^]*?)\)?$/u;
const asName = new RegExp(`^(${name}(?:\\.${name})*)(?:\\s+as\\s+(${name}))?$`, 'u');

/** Libraries all of whose capitalised names, as good as, are modules. */
const libraries = /^(?:torch\.nn|torchvision\.(?:models|ops)|timm)\.(?:\w+\.)*[A-Z]\w*$/;
const noModules = /(?:Parameter|Buffer)$/;
/** Wherever it is imported from: each of these has had more than one home. */
const frameworks = /(?:^|\.)(?:LightningModule|PreTrainedModel)$/;

function isModel(base: string): boolean {
  return (libraries.test(base) && !noModules.test(base)) || frameworks.test(base);
}

/** What the names of a file stand for. */
class ImportedNames {
  private readonly names = new Map<string, string>();
  private everything = '';

  take(text: string): void {
    const [, modules] = importLine.exec(text) ?? [];
    const [, from, imported] = fromLine.exec(text) ?? [];
    for (const [whole, alias] of aliases(modules ?? '')) {
      this.names.set(alias ?? whole.replace(/\..*/, ''), alias === undefined ? whole.replace(/\..*/, '') : whole);
    }
    for (const [whole, alias] of aliases(imported ?? '')) {
      this.names.set(alias ?? whole, `${from ?? ''}.${whole}`);
    }
    if (imported?.trim() === '*' && from?.startsWith('torch') === true) {
      this.everything = from;
    }
  }

  /** `nn.Module` → `torch.nn.Module`. */
  full(written: string): string {
    const [first = '', ...rest] = written.split('.');
    const start = this.names.get(first) ?? (this.everything === '' ? first : `${this.everything}.${first}`);
    return [start, ...rest].join('.');
  }
}

function aliases(list: string): (readonly [name: string, alias: string | undefined])[] {
  return list.split(',').flatMap((each) => {
    const [, whole, alias] = asName.exec(each.trim()) ?? [];
    return whole === undefined ? [] : [[whole, alias] as const];
  });
}

/** Base classes as they are written, without what they are parametrised with. */
function parts(bases: string): string[] {
  return splitOutside(bases)
    .filter((base) => !base.includes('='))
    .map((base) => base.replace(/\[[^]*$/, '').trim());
}

function requiredOf(parameters: string): string[] {
  return splitOutside(parameters)
    .slice(1)
    .flatMap((parameter) => {
      const [, given] = parameterName.exec(parameter) ?? [];
      return given === undefined || hasDefault(parameter) ? [] : [given];
    });
}

const parameterName = new RegExp(`^(${name})`, 'u');

/** An equals sign outside of brackets; an annotation has them inside of its own. */
function hasDefault(parameter: string): boolean {
  return outside(parameter).includes('=');
}

/** At the commas outside of brackets. */
function splitOutside(list: string): string[] {
  const commas = [...outside(list).matchAll(/,/g)].map(({ index }) => index);
  const ends = [...commas, list.length];
  return ends.map((end, index) => list.slice(index === 0 ? 0 : (commas[index - 1] ?? 0) + 1, end).trim());
}

/** The same text with a space for every sign within brackets. */
function outside(text: string): string {
  let depth = 0;
  return Array.from({ length: text.length }, (_, index) => {
    const sign = text.charAt(index);
    depth += Number('([{'.includes(sign)) - Number(')]}'.includes(sign));
    return depth > 0 ? ' ' : sign;
  }).join('');
}

/**
 * The name by which Python imports a file.
 * @param path below the folder that is looked in, with slashes: `flowers/models.py`
 * @returns `flowers.models`; null where a step of the path is no name that can be imported
 */
export function moduleOfFile(path: string): string | null {
  const steps = path.replace(/\.py$/, '').split('/');
  const named = steps.at(-1) === '__init__' ? steps.slice(0, -1) : steps;
  return path.endsWith('.py') && named.length > 0 && named.every((step) => wholeName.test(step))
    ? named.join('.')
    : null;
}

const wholeName = new RegExp(`^${name}$`, 'u');
