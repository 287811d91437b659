import type { Loss } from '../core/write/losses';
import type { Translate } from './translate';

/** Names in one sentence. */
const namedAtMost = 3;

/** What a file in another format will lack, a sentence each. */
export function lossText(loss: Loss, t: Translate): string {
  switch (loss.kind) {
    case 'devices':
      return t('The format records no devices. Lost: {0}.', names(loss.devices, t));
    case 'versions':
      return t('The format has no place for _metadata. Lost: the version numbers of the modules.');
    case 'requires-grad':
      return loss.tensors === 1
        ? t('The format does not say what is trained. Lost: requires_grad of 1 tensor.')
        : t('The format does not say what is trained. Lost: requires_grad of {0} tensors.', loss.tensors);
    case 'metadata':
      return t('The format has no place for __metadata__. Lost: {0}.', names(loss.keys, t));
    case 'records':
      return t('The format has no place for further records. Lost: {0}.', names(loss.names, t));
    case 'plain-pickle':
      return t('The file was a plain pickle; what is written is read by torch.load, and no longer by pickle.load.');
    case 'compression':
      return t('The file was compressed with {0}; what is written is not.', loss.format);
  }
}

function names(all: readonly string[], t: Translate): string {
  const named = all.slice(0, namedAtMost).join(', ');
  return all.length > namedAtMost ? t('{0} and {1} more', named, all.length - namedAtMost) : named;
}
