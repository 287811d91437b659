import type { CheckpointKind } from '../core/checkpoint/checkpoint';
import type { ContainerKind } from '../core/container/container';
import { formatCount, formatSize } from './format';
import type { Translate } from './translate';

/** `Training checkpoint`: the first fact of the summary line. */
export function kindName(kind: CheckpointKind, t: Translate): string {
  switch (kind) {
    case 'lightning':
      return t('Lightning checkpoint');
    case 'module':
      return t('Whole module');
    case 'optimizer':
      return t('Optimizer state');
    case 'tensor':
      return t('Single tensor');
    case 'tensors':
      return t('List of tensors');
    case 'state-dict':
      return t('State dict');
    case 'training-checkpoint':
      return t('Training checkpoint');
    case 'other':
      return t('Python objects');
  }
}

/** `ZIP`: how the file is packed. */
export function containerName(container: ContainerKind, t: Translate): string {
  switch (container) {
    case 'zip':
      return t('ZIP');
    case 'legacy':
      return t('Legacy, before torch 1.6');
    case 'tar':
      return t('TAR, torch 0.1');
    case 'pickle':
      return t('Pickle');
    case 'torchscript':
      return t('TorchScript');
    case 'mobile':
      return t('Mobile');
    case 'package':
      return t('torch.package');
    case 'pt2':
      return t('Exported program');
    case 'safetensors':
      return t('safetensors');
    case 'npy':
      return t('NumPy array');
    case 'npz':
      return t('NumPy archive');
    case 'unknown':
      return t('Unknown format');
  }
}

export function tensorCount(count: number, t: Translate): string {
  return count === 1 ? t('1 tensor') : t('{0} tensors', formatCount(count));
}

export function parameterCount(count: number, t: Translate): string {
  return count === 1 ? t('1 parameter') : t('{0} parameters', formatCount(count));
}

export function entryCount(count: number, t: Translate): string {
  return count === 1 ? t('1 entry') : t('{0} entries', formatCount(count));
}

/** What the summary line says, in the order of its facts. */
export interface SummaryFacts {
  readonly kind: CheckpointKind;
  readonly container: ContainerKind;
  readonly tensors: number;
  readonly parameters: number;
  readonly fileBytes: number;
}

/** `Training checkpoint`, `ZIP`, `485 tensors`, `23.7 M parameters`, `181 MB`: to be joined by ` · `. */
export function summaryFacts(facts: SummaryFacts, t: Translate): string[] {
  return [
    kindName(facts.kind, t),
    containerName(facts.container, t),
    tensorCount(facts.tensors, t),
    parameterCount(facts.parameters, t),
    formatSize(facts.fileBytes),
  ];
}
