import type { Sentences } from './facts';

/** The directory, the records, and what torch writes beside them. */
export const zipSentences: Sentences = {
  'directory-misplaced': (facts, t) =>
    t(
      'The archive does not lie where its directory says ({0} bytes off). torch cannot read it; zip tools can.',
      facts.count(0),
    ),
  'directory-broken': (facts, t) =>
    t('The directory of the archive breaks off: {0} of {1} records can be read.', facts.count(0), facts.count(1)),
  'directory-count': (facts, t) =>
    t('Records that the end of the archive does not count, so that torch does not see them: {0}.', facts.count(0)),
  'directory-gap': (facts, t) => t('Bytes between the directory and the end of the archive: {0}.', facts.count(0)),
  'two-directories': (facts, t) =>
    t(
      'The archive has two directories: torch reads the one that is shown, zip tools another one of {0} records.',
      facts.count(0),
    ),
  'dead-bytes': (facts, t) =>
    t('Bytes of records that are no longer in use, as an append save leaves them: {0}.', facts.count(0)),
  'unlisted-entry': (facts, t) => t('The archive holds an entry “{0}” that its directory does not list.', facts.entry),
  'unowned-bytes': (facts, t) => t('Bytes of the archive that belong to no record: {0}.', facts.count(0)),
  'no-checkpoint': (_facts, t) => t('This archive is no checkpoint. It is listed because there are pickles in it.'),
  'second-end-record': (_facts, t) =>
    t('The archive has a second end record. Other programs may read another archive in this file than torch does.'),
  'end-record-too-far': (facts, t) =>
    t(
      '{0} bytes follow the archive, more than torch looks through. torch does not find its directory.',
      facts.count(0),
    ),
  'duplicate-records': (facts, t) =>
    t(
      'Names that stand twice in the archive: {0}, first “{1}”. Programs differ in which record they read.',
      facts.count(0),
      facts.entry,
    ),
  'name-case': (facts, t) =>
    t('The pickle is called “{0}”. torch finds it in any case, other programs may not.', facts.entry),
  'record-sizes': (facts, t) =>
    t('Records whose sizes the directory contradicts: {0}, first “{1}”.', facts.count(0), facts.entry),
  'record-beyond-end': (facts, t) =>
    t('Records beyond the end of the file: {0}, first “{1}”. The file is cut.', facts.count(0), facts.entry),
  'record-encrypted': (facts, t) => t('Encrypted records: {0}, first “{1}”.', facts.count(0), facts.entry),
  'record-method': (facts, t) =>
    t('Records packed by a method that torch does not know: {0}, first “{1}”.', facts.count(0), facts.entry),
  'record-header-missing': (facts, t) =>
    t('Records that do not begin where the directory says: {0}, first “{1}”.', facts.count(0), facts.entry),
  'records-overlap': (facts, t) => t('Records that overlap others: {0}, first “{1}”.', facts.count(0), facts.entry),
  'record-unreadable': (facts, t) => t('Record “{0}” cannot be read ({1}).', facts.entry, facts.text(0)),
  'checksums-off': (_facts, t) => t('This file was saved without checksums.'),
  'data-skipped': (facts, t) =>
    t(
      'Records without checksum: {0}, first “{1}”. They may have been left out when saving (skip_data).',
      facts.count(0),
      facts.entry,
    ),
  'root-folder': (facts, t) => t('The records do not lie in the folder that torch looks into (“{0}”).', facts.text(0)),
  'records-outside-root': (facts, t) =>
    t('Records outside the folder “{1}”, which torch does not see: {0}.', facts.count(0), facts.text(1)),
  'alignment-invalid': (facts, t) => t('The storage alignment “{0}” is not a number.', facts.text(0)),
  'big-endian': (_facts, t) => t('This file was saved on a big-endian machine. torch turns the bytes while loading.'),
  'byteorder-invalid': (facts, t) => t('The byte order “{0}” is none that torch knows.', facts.text(0)),
  'version-missing': (_facts, t) => t('The archive has no version record. torch refuses such a file.'),
  'version-invalid': (facts, t) => t('The version “{0}” of the archive is not a number.', facts.text(0)),
  'version-unsupported': (facts, t) => t('Version {0} of the archive is none that torch reads.', facts.text(0)),
};
