import type { PlanAction, Situation } from '../core/plan/plan';
import type { Translate } from './translate';

/** What the four situations of fine-tuning are called. */
export function situationText(situation: Situation, t: Translate): string {
  switch (situation) {
    case 'S1':
      return t('Feature extraction');
    case 'S2':
      return t('Freeze the first layers');
    case 'S3':
      return t('Start afresh');
    case 'S4':
      return t('Train everything');
  }
}

/** What a situation does, in a line. */
export function situationDetail(situation: Situation, t: Translate): string {
  switch (situation) {
    case 'S1':
      return t('Freeze everything, train a new head');
    case 'S2':
      return t('Train the later layers and a new head');
    case 'S3':
      return t('Keep the structure, new weights');
    case 'S4':
      return t('Keep all weights, train all of them');
  }
}

export function planActionText(action: PlanAction, t: Translate): string {
  switch (action) {
    case 'keep':
      return t('Train');
    case 'freeze':
      return t('Freeze');
    case 'initialise':
      return t('Re-initialise');
    case 'drop':
      return t('Drop');
  }
}
