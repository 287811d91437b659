import type { TargetKind } from './match';

/** A name that a file may have for a key, which the model itself renames while it loads. */
export interface OlderName {
  readonly key: string;
  /** The module that renames, where its version in the file is below 2 or not there; null: whatever the version. */
  readonly module: string | null;
}

interface Renaming {
  readonly now: RegExp;
  /** The key before, and the module that renames it. */
  readonly old: (groups: Readonly<Record<string, string>>) => OlderName;
}

function of(now: RegExp, old: Renaming['old']): Renaming {
  return { now, old };
}

/** `weight_norm` of torch.nn.utils.parametrizations, `_weight_norm_compat_hook`. */
const ofTorch: readonly Renaming[] = [
  of(/^(?<at>.*?)parametrizations\.(?<name>\w+)\.original(?<which>[01])$/, ({ at, name, which }) => ({
    key: `${at ?? ''}${name ?? ''}_${which === '0' ? 'g' : 'v'}`,
    module: null,
  })),
];

/** `_load_from_state_dict` of torchvision 0.28: MLPBlock, RPNHead, FeaturePyramidNetwork, MaskRCNNHeads, the heads of RetinaNet. */
const ofTorchvision: readonly Renaming[] = [
  of(/^(?<at>.*\bmlp\.)(?<layer>[03])\.(?<name>weight|bias)$/, ({ at, layer, name }) =>
    below(at, `linear_${layer === '0' ? '1' : '2'}.${name ?? ''}`),
  ),
  of(/^(?<at>.*\brpn\.head\.)conv\.0\.0\.(?<name>weight|bias)$/, ({ at, name }) => below(at, `conv.${name ?? ''}`)),
  of(/^(?<at>.*\bfpn\.)(?<block>(?:inner|layer)_blocks\.\d+)\.0\.(?<name>weight|bias)$/, ({ at, block, name }) =>
    below(at, `${block ?? ''}.${name ?? ''}`),
  ),
  of(/^(?<at>.*\bmask_head\.)(?<layer>\d+)\.0\.(?<name>weight|bias)$/, ({ at, layer, name }) =>
    below(at, `mask_fcn${String(Number(layer) + 1)}.${name ?? ''}`),
  ),
  of(/^(?<at>.*\b(?:classification|regression)_head\.)conv\.(?<layer>\d+)\.0\.(?<name>weight|bias)$/, (groups) =>
    below(groups['at'], `conv.${String(2 * Number(groups['layer']))}.${groups['name'] ?? ''}`),
  ),
];

function below(at: string | undefined, name: string): OlderName {
  return { key: (at ?? '') + name, module: (at ?? '').replace(/\.$/, '') };
}

const ofAll = [...ofTorch, ...ofTorchvision];

/** The older name that a model takes for a key; null where it takes none. */
export function olderName(key: string, kind: TargetKind): OlderName | null {
  if (kind !== 'architecture' && !key.includes('parametrizations.')) {
    return null;
  }
  for (const { now, old } of kind === 'architecture' ? ofAll : ofTorch) {
    const groups = now.exec(key)?.groups;
    if (groups !== undefined) {
      return old(groups);
    }
  }
  return null;
}
