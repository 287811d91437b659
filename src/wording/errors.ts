import { ForeignFileError } from '../core/container/foreign';
import { EditError } from '../core/edit/editError';
import type { CheckpointError, ErrorCode } from '../core/errors';
import { PythonError } from '../core/python/pythonError';
import { MatchError } from '../core/match/match';
import { TiedTensorsError } from '../core/write/tiedTensors';
import { editErrorText, editTexts } from './editErrors';
import { foreignText } from './foreign';
import { formatExact, formatHex } from './format';
import { pythonErrorText, pythonTexts } from './python';
import { matchErrorText } from './match';
import type { Translate } from './translate';

/** What an error means to the person who opened the file. */
export interface ErrorText {
  /** A heading, without a full stop. */
  readonly title: string;
  /** What is the case. */
  readonly sentence: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** The words for an error of `core`. */
export function errorText(error: CheckpointError, t: Translate): ErrorText {
  if (error instanceof ForeignFileError) {
    return foreignText(error.foreign, t);
  }
  if (error instanceof PythonError) {
    return pythonErrorText(error, t);
  }
  if (error instanceof MatchError) {
    return matchErrorText(error, t);
  }
  return error instanceof EditError ? editErrorText(error, t) : texts[error.code](t, error);
}

const again = (t: Translate): string => t('Download or copy it again, or save it again where it was made.');

const texts: Readonly<Record<ErrorCode, (t: Translate, error: CheckpointError) => ErrorText>> = {
  'malformed-zip': (t) => damaged(t, t('The ZIP archive of this checkpoint does not follow its own format.')),
  'malformed-pickle': (t, error) => damaged(t, malformedPickle(error, t)),
  'malformed-legacy': (t) =>
    damaged(t, t('This checkpoint in the format before torch 1.6 does not follow that format.')),
  'malformed-tar': (t) => damaged(t, t('The TAR archive of this checkpoint does not follow its own format.')),
  'malformed-safetensors': (t) => damaged(t, t('The header of this safetensors file cannot be read.')),
  'malformed-numpy': (t) => damaged(t, t('The header of this NumPy file cannot be read.')),
  truncated: (t) => ({
    title: t('The file is cut'),
    sentence: t('The file ends before its contents do.'),
    remedy: again(t),
  }),
  'missing-record': (t, error) => ({
    title: t('The file is incomplete'),
    sentence: missingRecord(error, t),
    remedy: again(t),
  }),
  'limit-exceeded': (t) => ({
    title: t('The file asks for too much'),
    sentence: t('The file claims more entries, bytes or levels than any real checkpoint has.'),
    remedy: t('Take it from its source again; it may be damaged, or made to do harm.'),
  }),
  'not-a-checkpoint': (t) => ({
    title: t('Not a checkpoint'),
    sentence: t('This file is no PyTorch checkpoint.'),
    remedy: t('Check that it is the right file, or open it with another editor.'),
  }),
  unsupported: (t) => ({
    title: t('This format is not read here'),
    sentence: t('The format of this file is known, but not read here.'),
    remedy: t('Open it with the program that wrote it.'),
  }),
  'file-missing': (t) => ({
    title: t('The file is not there'),
    sentence: t('There is no such file.'),
    remedy: t('Check the path; it may have been moved or deleted.'),
  }),
  'no-permission': (t) => ({
    title: t('No permission'),
    sentence: t('You have no permission to read this file.'),
    remedy: t('Ask its owner for the right to read it.'),
  }),
  'is-a-folder': (t) => ({
    title: t('This is a folder'),
    sentence: t('This is a folder, not a file.'),
    remedy: t('Open a checkpoint file inside it.'),
  }),
  'file-changed': (t) => ({
    title: t('The file changed while it was read'),
    sentence: t('The file changed on disk while it was read.'),
    remedy: t('Try again when nothing writes to it.'),
  }),
  io: (t) => ({
    title: t('The file cannot be read'),
    sentence: t('The system could not read this file.'),
    remedy: t('Check the disk or the network connection, then try again.'),
  }),
  cancelled: (t) => ({
    title: t('Cancelled'),
    sentence: t('Reading was cancelled.'),
    remedy: t('Open the file again to read it.'),
  }),
  ...editTexts,
  'match-invalid': (t) => ({
    title: t('Nothing to match'),
    sentence: t('This cannot be matched with a model.'),
    remedy: t('Choose another file or model.'),
  }),
  ...pythonTexts,
  'save-no-space': (t) => ({
    title: t('Not enough space'),
    sentence: t('There is not enough space on the disk to save this file.'),
    remedy: t('Free some space, or save to another disk. The file on disk is as it was.'),
  }),
  'save-no-permission': (t) => ({
    title: t('No permission to save'),
    sentence: t('You have no permission to write in the folder of this file.'),
    remedy: t('Save it under another path. The file on disk is as it was.'),
  }),
  'save-is-a-folder': (t) => ({
    title: t('This is a folder'),
    sentence: t('There is a folder at this path, and a file cannot replace it.'),
    remedy: t('Choose another name.'),
  }),
  'save-no-folder': (t) => ({
    title: t('The folder is not there'),
    sentence: t('There is no such folder to save in.'),
    remedy: t('Make the folder first, or save in another one.'),
  }),
  'save-hard-links': (t) => ({
    title: t('The file has further names'),
    sentence: t(
      'Further hard links lead to this file. Replacing it would part them, and it is never written in place.',
    ),
    remedy: t('Save it under another path. The file on disk is as it was.'),
  }),
  'save-owner': (t) => ({
    title: t('The file belongs to someone else'),
    sentence: t('Saving would make you the owner of this file, which belongs to another user or group.'),
    remedy: t('Save it under another path. The file on disk is as it was.'),
  }),
  'save-changed': (t) => ({
    title: t('The file changed on disk'),
    sentence: t('Something else changed this file since it was opened.'),
    remedy: t('Compare the two, then overwrite it or load it again.'),
  }),
  'save-source-changed': (t) => ({
    title: t('The weights changed on disk'),
    sentence: t('A file that the weights are copied from changed while they were copied.'),
    remedy: t('Open that file again and repeat the edit. The file on disk is as it was.'),
  }),
  'save-unsupported': (t, error) => unsupportedByFormat(error, t),
  'save-failed': (t) => ({
    title: t('The file could not be saved'),
    sentence: t('The system could not write this file.'),
    remedy: t('Check the disk or the network connection, then try again. The file on disk is as it was.'),
  }),
};

function damaged(t: Translate, sentence: string): ErrorText {
  return { title: t('The file is damaged'), sentence, remedy: again(t) };
}

function unsupportedByFormat(error: CheckpointError, t: Translate): ErrorText {
  const title = t('The format cannot hold this');
  if (error instanceof TiedTensorsError) {
    return {
      title,
      sentence: t(
        '“{0}” and “{1}” share memory, and a .safetensors holds each tensor by itself.',
        error.first,
        error.second,
      ),
      remedy: t('Remove one of them; a model that ties its weights ties them again when it is loaded.'),
    };
  }
  return {
    title,
    sentence:
      error.entry === undefined
        ? t('The format to save in cannot hold what this file holds.')
        : t('The format to save in cannot hold “{0}”.', error.entry),
    remedy: t('Save in another format, extract one state dict, or remove what it cannot hold.'),
  };
}

function malformedPickle(error: CheckpointError, t: Translate): string {
  return error.offset === undefined
    ? t('The pickle in this file cannot be read.')
    : t('The pickle in this file cannot be read beyond byte {0}.', formatExact(error.offset));
}

function missingRecord(error: CheckpointError, t: Translate): string {
  return error.entry === undefined
    ? t('The archive lacks a record that a checkpoint needs.')
    : t('The archive has no record “{0}”.', error.entry);
}

/** The technical facts for "Reveal Details" and logs, a line each: code, position, record, note. */
export function errorDetails(error: CheckpointError, t: Translate): string {
  const lines = [t('Code: {0}', error.code)];
  if (error.offset !== undefined) {
    lines.push(t('Offset: {0} ({1})', formatExact(error.offset), formatHex(error.offset)));
  }
  if (error.entry !== undefined) {
    lines.push(t('Entry: {0}', error.entry));
  }
  if (error.detail !== undefined) {
    lines.push(t('Note: {0}', error.detail));
  }
  return lines.join('\n');
}
