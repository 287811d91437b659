import { call, type Code } from './layout';

/** How Python makes the model that weights are loaded into. */
export interface ModelCode {
  readonly imports: readonly string[];
  /** `resnet18(num_classes=2)`. */
  readonly expression: Code;
  /** Nothing says what the model is: the import is one that the person fills in. */
  readonly isPlaceholder: boolean;
}

/** An architecture that the catalogue names. */
export interface KnownModel {
  /** Where Python finds its builder: `torchvision.models.resnet18`. */
  readonly builder: string;
  readonly numClasses: number | null;
  /** It takes `weights_backbone`, and downloads them where that is not None. */
  readonly hasBackbone: boolean;
}

/**
 * @param keys those of the state dict, without a wrapper's prefix: they tell which optional parts the model has.
 * @param classes another number of classes than the file's.
 */
export function knownModelCode(known: KnownModel, keys: readonly string[], classes = known.numClasses): ModelCode {
  const dot = known.builder.lastIndexOf('.');
  const [module, name] = [known.builder.slice(0, dot), known.builder.slice(dot + 1)];
  const options = [
    ...(classes === null ? [] : [`num_classes=${String(classes)}`]),
    ...(known.hasBackbone ? ['weights_backbone=None'] : []),
    ...partsOf(module, name, (prefix) => keys.some((key) => key.startsWith(prefix))),
  ];
  return {
    imports: [`from ${module} import ${name}`],
    expression: call(name, ...options),
    isPlaceholder: false,
  };
}

/** Without `weights_backbone=None` some builders download weights; parts that only training uses may be missing. */
function partsOf(module: string, name: string, has: (prefix: string) => boolean): readonly string[] {
  if (module.endsWith('.segmentation')) {
    return has('aux_classifier.') ? ['aux_loss=True'] : [];
  }
  if (name === 'googlenet' || name === 'inception_v3') {
    return [...(has('aux1.') || has('AuxLogits.') ? [] : ['aux_logits=False']), 'init_weights=True'];
  }
  return [];
}

/** A person's own factory: `package.module:callable` or `package.module:Net(num_classes=120)`; null for what is none. */
export function factoryModelCode(factory: string): ModelCode | null {
  const [, module = '', name = '', argumentList] =
    /^([A-Za-z_][\w.]*):([A-Za-z_][\w]*)\s*(\([^\n]*\))?\s*$/.exec(factory.trim()) ?? [];
  return name === ''
    ? null
    : {
        imports: [`from ${module} import ${name}`],
        expression: `${name}${argumentList ?? '()'}`,
        isPlaceholder: false,
      };
}

/** Where nothing is known of the model's class. */
export const placeholderModel: ModelCode = {
  imports: ['from my_project import Net  # your class'],
  expression: 'Net()',
  isPlaceholder: true,
};
