import type { UnnamedReason } from '../core/checkpoint/checkpoint';
import type { Translate } from './translate';

/** Why a tensor of an optimizer's state does not say which parameter it belongs to. */
export function unnamedText(reason: UnnamedReason, t: Translate): string {
  switch (reason) {
    case 'no-model':
      return t('There is no model beside the optimizer that could name its parameters.');
    case 'no-fit':
      return t('No model in the file has parameters of the shapes that the optimizer holds.');
    case 'several-models':
      return t('More than one model in the file has parameters of these shapes.');
    case 'order':
      return t('Several parameters have one shape, and the file does not say in which order the optimizer holds them.');
  }
}
