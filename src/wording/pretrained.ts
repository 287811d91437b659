import type { Weights } from '../core/catalogue/catalogue';
import type { Task } from '../core/catalogue/catalogueData';
import type { Translate } from './translate';

/** What an architecture is for. */
export function taskName(task: Task, t: Translate): string {
  switch (task) {
    case 'classification':
      return t('classification');
    case 'quantizedClassification':
      return t('quantized classification');
    case 'segmentation':
      return t('segmentation');
    case 'detection':
      return t('detection');
    case 'video':
      return t('video classification');
    case 'opticalFlow':
      return t('optical flow');
  }
}

export interface HashFinding {
  /** Whose name the file has. */
  readonly weights: Weights;
  readonly sha256: string;
  /** Whose hash it has. */
  readonly really: readonly Weights[];
}

/** Whether a file is the weights that it is called after. */
export function hashCheck(
  { weights: { name, fileName, hashPrefix }, sha256, really }: HashFinding,
  t: Translate,
): { readonly matches: boolean; readonly text: string } {
  if (hashPrefix !== null && sha256.startsWith(hashPrefix)) {
    return {
      matches: true,
      text: t('{0} is {1}: its SHA-256 begins with {2}, as its name says.', fileName, name, hashPrefix),
    };
  }
  const [other] = really;
  if (other !== undefined) {
    return {
      matches: false,
      text: t('{0} is not {1} but {2}. Its SHA-256 is {3}.', fileName, name, other.name, sha256),
    };
  }
  if (hashPrefix === null) {
    return {
      matches: true,
      text: t('The name of {0} has no hash to compare with. Its SHA-256 is {1}.', fileName, sha256),
    };
  }
  return {
    matches: false,
    text: t(
      '{0} is not what its name says: its SHA-256 should begin with {1}, and is {2}. Download it again.',
      fileName,
      hashPrefix,
      sha256,
    ),
  };
}

/** Which published weights a file is, as far as its hash tells. */
export function weightsTold(
  { fileName, sha256, really }: { readonly fileName: string } & Pick<HashFinding, 'sha256' | 'really'>,
  t: Translate,
): string {
  return really.length > 0
    ? t('{0} is {1}, by its SHA-256 {2}.', fileName, really.map(({ name }) => name).join(', '), sha256)
    : t('{0} is none of the weights that torchvision publishes. Its SHA-256 is {1}.', fileName, sha256);
}
