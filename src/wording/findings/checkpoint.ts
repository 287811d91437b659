import type { CheckpointFindingCode } from '../../core/checkpoint/findingList';
import type { Translate } from '../translate';
import type { Sentences } from './facts';

/** What is odd about the objects in the pickle. */
export const checkpointSentences: Sentences<CheckpointFindingCode> = {
  'tensor-unreadable': (facts, t) => unreadableTensor(facts.entry, facts.text(0), t),
  'view-past-storage': (facts, t) =>
    t(
      '“{0}” reaches {1} bytes into a storage of {2}. torch refuses such a file.',
      facts.entry,
      facts.count(0),
      facts.count(1),
    ),
  'storage-missing': (facts, t) =>
    facts.number(1) > 1
      ? t(
          'Storages that the file lacks: {0}, first {1}, which “{2}” needs.',
          facts.count(1),
          facts.text(0),
          facts.entry,
        )
      : t('The file lacks storage {0}, which “{1}” needs.', facts.text(0), facts.entry),
  'storage-size': (facts, t) =>
    t(
      'Storage {0} has {1} bytes by the pickle, and {2} in the file (“{3}”).',
      facts.text(0),
      facts.count(1),
      facts.count(2),
      facts.entry,
    ),
  'persistent-id-text': (_facts, t) =>
    t('The storages are named by text, as protocol 0 writes them. torch does not load such a file.'),
  'too-many-entries': (facts, t) =>
    t('The file has more entries than are shown: only the first {0} are.', facts.count(0)),
  'shared-too-often': (facts, t) =>
    t('The objects in “{0}” are used so often that not every use is shown.', facts.entry),
  'nested-too-deep': (facts, t) =>
    t('“{0}” is nested more than {1} levels deep; what lies deeper is not shown.', facts.entry, facts.count(0)),
  'nested-unreadable': (facts, t) =>
    t('“{0}” is a checkpoint inside this one, and cannot be read ({1}).', facts.entry, facts.text(0)),
  'code-unreadable': (facts, t) =>
    t('The code in “{0}” cannot be read; parameters of its classes are listed as attributes.', facts.entry),
  'uses-incomplete': (_facts, t) => t('There are more places where imports are used than are listed.'),
  'more-findings': (facts, t) => t('{0} more of the kind “{1}”.', facts.count(0), facts.entry),
};

function unreadableTensor(key: string, reason: string, t: Translate): string {
  switch (reason) {
    case 'bad-shape':
      return t('“{0}” is a tensor of a size that no tensor can have.', key);
    case 'bad-stride':
      return t('“{0}” is a tensor with a negative stride or offset.', key);
    case 'unknown-dtype':
      return t('“{0}” is a tensor of a dtype that torch does not have.', key);
    case 'bad-storage':
      return t('“{0}” is a tensor without a storage.', key);
    case 'too-deep':
      return t('“{0}” holds tensors in tensors, deeper than any real file.', key);
    default:
      return t('“{0}” is a tensor, but what makes it is not what torch writes.', key);
  }
}
