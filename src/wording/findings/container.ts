import type { Sentences } from './facts';

/** Formats other than ZIP, and what all formats have in common. */
export const containerSentences: Sentences = {
  'trailing-bytes': (facts, t) => t('Bytes behind the end of the checkpoint: {0}.', facts.count(0)),
  'cut-file': (facts, t) =>
    t(
      'The file is cut: {0} of {1} bytes are there. What is whole is shown; download or copy the file again.',
      facts.count(0),
      facts.count(1),
    ),
  'pickle-unreadable': (facts, t) =>
    facts.entry === ''
      ? t('The pickle cannot be read to its end ({0}).', facts.text(0))
      : t('The pickle “{0}” cannot be read to its end ({1}).', facts.entry, facts.text(0)),
  'more-pickles': (facts, t) =>
    t('Pickles behind the first one, which torch.load and pickle.load do not read: {0}.', facts.count(0)),
  'compressed-wrapper': (facts, t) =>
    t('The file is packed ({0}). torch.load cannot read it before it is unpacked.', facts.text(0)),
  'compressed-cut': (facts, t) => t('The packed file is cut: {0} could be unpacked.', facts.size(1)),
  'not-safetensors': (_facts, t) =>
    t('The name ends in .safetensors, but the file is another format. torch.load goes by the name, and fails.'),
  'legacy-key-unknown': (facts, t) =>
    t('The list of storages names “{0}”, which no tensor uses. torch refuses such a file.', facts.entry),
  'legacy-count': (_facts, t) =>
    t('The sizes of the storages in the file are not those that the pickle says. torch refuses such a file.'),
  'legacy-version': (_facts, t) => t('The protocol version of this checkpoint is not 1001. torch refuses such a file.'),
  'tensor-entry-invalid': (facts, t) => t('The header does not describe “{0}” as a tensor.', facts.entry),
  'tensor-size': (facts, t) =>
    t('“{0}” has {1} bytes; its shape and dtype need {2}.', facts.entry, facts.count(0), facts.count(1)),
  'tensor-offsets': (facts, t) =>
    t('“{0}” begins at byte {1} of the data, not at {2}.', facts.entry, facts.count(0), facts.count(1)),
  'duplicate-keys': (facts, t) => t('The header holds the key “{0}” twice.', facts.entry),
  'metadata-invalid': (facts, t) => t('The metadata “{0}” is no text.', facts.entry),
};
