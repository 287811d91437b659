import type { LayerNote } from '../core/edit/layerNotes';
import type { Translate } from './translate';

/** What replacing a layer means beyond it, in one sentence. */
export function layerNoteText(note: LayerNote, t: Translate): string {
  switch (note.code) {
    case 'input-differs':
      return t(
        'It took {0} inputs before, and takes {1}: what stands before it has to give as many.',
        note.was,
        note.now,
      );
    case 'next-input':
      return t('“{0}” behind it takes {1} inputs, and would need {2}.', note.layer, note.was, note.now);
    case 'norm-size':
      return t('“{0}” behind it is of size {1}, and would need {2}.', note.layer, note.was, note.now);
    case 'kind-changes':
      return t('It was a {0}, and becomes a {1}: the model’s code has to say so too.', note.from, note.to);
    case 'keys-go':
      return t('These keys go: {0}.', note.keys.join(', '));
    case 'keys-come':
      return t('These keys are new: {0}.', note.keys.join(', '));
    case 'was-tied':
      return t('These were one tensor with it, and keep the numbers of before: {0}.', note.keys.join(', '));
    case 'in-code':
      return t(
        'The model’s code has to make the same layer. What a state dict does not hold of it: {0}.',
        note.arguments.join(', '),
      );
  }
}
