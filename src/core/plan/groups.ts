import { impliedBlock } from '../checkpoint/blockRules';
import type { PlanArchitecture } from './architecture';
import { listIn, modulesAbove, textOf, type FoundLayer } from './layers';

/** Layers that stand together, before anything is planned for them. */
export interface FoundGroup {
  readonly modules: readonly string[];
  readonly text: string;
  readonly layers: readonly FoundLayer[];
}

/**
 * Groups in forward order. The blocks of a recognised architecture are its own; else modules of the outermost level, one that
 * holds most of the network split into its parts, and a norm put to what it follows.
 * @param head names of the layers that the number of classes changes: each group of them is one of its own, the last.
 */
export function groupsOf(
  layers: readonly FoundLayer[],
  head: ReadonlySet<string>,
  architecture: PlanArchitecture | null,
): readonly FoundGroup[] {
  const body = layers.filter(({ name }) => !head.has(name));
  const own = architecture === null ? guessed(body) : ofBlocks(body, architecture);
  return [...own, ...headGroups(layers.filter(({ name }) => head.has(name)))];
}

/** Whether a layer is in a module, or is it. */
function isIn(module: string): (layer: Pick<FoundLayer, 'name'>) => boolean {
  return ({ name }) => name === module || name.startsWith(`${module}.`);
}

function ofBlocks(body: readonly FoundLayer[], { blocks }: PlanArchitecture): readonly FoundGroup[] {
  const found = blocks.map(({ modules, text }) => {
    const layers = body.filter((layer) => modules.some((module) => isIn(module)(layer)));
    return { modules: modules.filter((module) => layers.some(isIn(module))), text, layers };
  });
  const placed = new Set(found.flatMap(({ layers }) => layers));
  const others = body.filter((layer) => !placed.has(layer));
  return [...found.filter(({ layers }) => layers.length > 0), ...guessed(others)];
}

/** A part that has more than this share of the network's layers says too little as one row. */
const largestShare = 0.6;

function guessed(body: readonly FoundLayer[]): readonly FoundGroup[] {
  let parts = partsBelow(body, '');
  for (;;) {
    const large = parts.findIndex(
      ({ module, layers }) => layers.length > body.length * largestShare && canSplit(module, layers),
    );
    const part = parts[large];
    if (part === undefined) {
      break;
    }
    parts = [...parts.slice(0, large), ...partsBelow(part.layers, part.module), ...parts.slice(large + 1)];
  }
  return joinNorms(parts.map(({ module, layers }) => ({ modules: [module], text: blockText(module, layers), layers })));
}

interface Part {
  readonly module: string;
  readonly layers: readonly FoundLayer[];
}

function canSplit(module: string, layers: readonly FoundLayer[]): boolean {
  return layers.every(({ name }) => name !== module) && layers.length > 1;
}

/** The parts of a module, one level down, in order. */
function partsBelow(layers: readonly FoundLayer[], module: string): readonly Part[] {
  const start = module === '' ? 0 : module.length + 1;
  const parts = new Map<string, FoundLayer[]>();
  for (const layer of layers) {
    const end = layer.name.indexOf('.', start);
    const name = end === -1 ? layer.name : layer.name.slice(0, end);
    listIn(parts, name).push(layer);
  }
  return [...parts].map(([name, own]) => ({ module: name, layers: own }));
}

/** A norm, or another layer of vectors alone, stands with what it follows; parameters beside modules with what follows. */
function joinNorms(groups: readonly FoundGroup[]): readonly FoundGroup[] {
  const joined: FoundGroup[] = [];
  for (const group of groups) {
    const last = joined.at(-1);
    const isNorm = group.layers.every(({ tensors }) => tensors.every(({ shape }) => shape.length <= 1));
    const afterParameters = last?.layers.every(({ isParameter }) => isParameter) ?? false;
    if (last !== undefined && (isNorm || afterParameters)) {
      const layers = [...last.layers, ...group.layers];
      const text = afterParameters ? group.text : last.text;
      joined[joined.length - 1] = { modules: [...last.modules, ...group.modules], text, layers };
    } else {
      joined.push(group);
    }
  }
  return joined;
}

/** Layers of the head that stand in one module are one group. */
function headGroups(layers: readonly FoundLayer[]): readonly FoundGroup[] {
  const groups = new Map<string, FoundLayer[]>();
  for (const layer of layers) {
    const above = modulesAbove(layer.name).at(-1) ?? '';
    listIn(groups, above === '' ? layer.name : above).push(layer);
  }
  return [...groups.values()].map((own) => ({
    modules: own.map(({ name }) => name),
    text: own.map(textOf).join(' + '),
    layers: own,
  }));
}

/** `2 × BasicBlock`, or the text of the only layer. */
function blockText(module: string, layers: readonly FoundLayer[]): string {
  const [only, ...others] = layers;
  if (only !== undefined && others.length === 0) {
    return textOf(only);
  }
  const parts = partsBelow(layers, module);
  const known = new Map(
    parts.flatMap((part) => {
      const [layer] = part.layers;
      const name = part.module.slice(part.module.lastIndexOf('.') + 1);
      const found = part.layers.length === 1 && layer?.name === part.module ? layer.layer : blockLayer(part);
      return found === null ? [] : [[name, found] as const];
    }),
  );
  const block = impliedBlock(known, known.size === parts.length);
  return block === null ? '' : textOf({ layer: block });
}

function blockLayer({ module, layers }: Part): ReturnType<typeof impliedBlock> {
  const own = new Map(
    layers.flatMap(({ name, layer }) => {
      const rest = name.slice(module.length + 1);
      return layer === null || rest.includes('.') ? [] : [[rest, layer] as const];
    }),
  );
  return impliedBlock(own, own.size === layers.length);
}
