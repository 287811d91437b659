import type { ForeignFile } from '../core/container/foreign';
import { otherFormatText } from './foreignFormats';
import { recordFacts, recordList, type Foreign, type ForeignFact, type ForeignText } from './foreignFacts';
import { formatBytes, formatSize } from './format';
import type { Translate } from './translate';

/** The words for a file that holds no checkpoint. */
export function foreignText(foreign: ForeignFile, t: Translate): ForeignText {
  switch (foreign.kind) {
    case 'empty':
    case 'zeros':
      return emptyText(foreign, t);
    case 'git-lfs-pointer':
      return lfsText(foreign, t);
    case 'web-page':
      return webPageText(foreign, t);
    case 'text':
      return textText(foreign, t);
    case 'cut-zip':
    case 'cut-header':
      return cutText(foreign, t);
    case 'failed-save':
    case 'encrypted-zip':
    case 'zip-archive':
      return zipText(foreign, t);
    case 'archive':
    case 'model':
    case 'image':
    case 'document':
    case 'program':
      return otherFormatText(foreign, t);
    case 'distributed-shard':
      return shardText(t);
    case 'folder':
      return folderText(foreign, t);
    case 'unknown':
      return {
        what: t('Unknown format'),
        title: t('Not a checkpoint'),
        sentence: t('This file is in no format that PyTorch writes.'),
        remedy: t('Check that it is the right file, or open it with another editor.'),
        facts: [{ label: t('First bytes'), value: foreign.head }],
      };
  }
}

function emptyText(foreign: Foreign<'empty' | 'zeros'>, t: Translate): ForeignText {
  return foreign.kind === 'empty'
    ? {
        what: t('Empty file'),
        title: t('The file is empty'),
        sentence: t('This file has no contents.'),
        remedy: t('Save or download it again; the first attempt stopped before it began.'),
        facts: [],
      }
    : {
        what: t('Only zeros'),
        title: t('The file holds only zeros'),
        sentence: t('This file has a size, but its contents are zeros.'),
        remedy: t('Copy or download it again; the disk or the transfer lost what was in it.'),
        facts: [],
      };
}

function zipText(foreign: Foreign<'failed-save' | 'encrypted-zip' | 'zip-archive'>, t: Translate): ForeignText {
  const facts = recordFacts(foreign.entries, t);
  switch (foreign.kind) {
    case 'failed-save':
      return {
        what: t('Failed save'),
        title: t('The save did not finish'),
        sentence: t('This archive has no data.pkl: torch.save stopped half-way.'),
        remedy: t('Save it again. Its records are numbers without names, shapes or types.'),
        facts,
      };
    case 'encrypted-zip':
      return {
        what: t('Encrypted ZIP'),
        title: t('The archive is encrypted'),
        sentence: t('This is a ZIP archive protected by a password. torch cannot read it either.'),
        remedy: t('Unpack it with the password first, then open what was in it.'),
        facts,
      };
    case 'zip-archive':
      return {
        what: t('ZIP archive'),
        title: t('An archive without a checkpoint'),
        sentence: t('This is a ZIP archive, but not one that torch.save wrote.'),
        remedy: t('Unpack it first, then open the checkpoint in it.'),
        facts,
      };
  }
}

function lfsText(foreign: Foreign<'git-lfs-pointer'>, t: Translate): ForeignText {
  const { oid, size, version } = foreign;
  const facts = oid === '' ? [] : [{ label: t('Object'), value: shortObject(oid) }];
  if (size !== null) {
    facts.push({ label: t('Size'), value: `${formatSize(size)} (${formatBytes(size, t)})` });
  }
  return {
    what: t('Git LFS pointer'),
    title: t('The weights are not here yet'),
    sentence:
      size === null
        ? t('This file is a Git LFS pointer. The checkpoint itself has not been downloaded.')
        : t('This file is a Git LFS pointer. The checkpoint itself ({0}) has not been downloaded.', formatSize(size)),
    remedy: t('Run “git lfs pull” in its repository; outside of one, download the file itself.'),
    facts: [...facts, { label: t('Pointer'), value: version }],
  };
}

/** `sha256:11ad3fa6f1c2…a4b7e09d`: enough to compare by eye. */
function shortObject(oid: string): string {
  const [, algorithm = '', hash = oid] = /^([^:]*:)(.*)$/.exec(oid) ?? [];
  return hash.length <= 24 ? oid : `${algorithm}${hash.slice(0, 12)}…${hash.slice(-8)}`;
}

function webPageText(foreign: Foreign<'web-page'>, t: Translate): ForeignText {
  const facts = foreign.title === null ? [] : [{ label: t('Title'), value: foreign.title }];
  return {
    what: foreign.markup === 'html' ? t('HTML page') : t('XML document'),
    title: t('A web page, not weights'),
    sentence: t('What was downloaded is a page of the server: a login, a warning, or an error message.'),
    remedy: t('Download the file itself: in a browser, or by its direct address.'),
    facts: [...facts, ...lineFacts(foreign.lines, t)],
  };
}

function textText(foreign: Foreign<'text'>, t: Translate): ForeignText {
  const facts = lineFacts(foreign.lines, t);
  const title = t('A text file');
  const remedy = t('Open it as text.');
  switch (foreign.text) {
    case 'python-paths':
      return {
        what: t('Python path file'),
        title: t('A path file of Python'),
        sentence: t('This .pth file belongs to Python itself: it names folders to import from, and holds no weights.'),
        remedy,
        facts,
      };
    case 'json':
      return {
        what: t('JSON text'),
        title,
        sentence: t('This file is JSON text, and holds no weights.'),
        remedy,
        facts,
      };
    case 'csv':
      return { what: t('CSV text'), title, sentence: t('This file is a table as text.'), remedy, facts };
    case 'python-source':
      return { what: t('Python source'), title, sentence: t('This file is Python source code.'), remedy, facts };
    case 'plain':
      return { what: t('Text file'), title, sentence: t('This file is text, and holds no weights.'), remedy, facts };
  }
}

function cutText(foreign: Foreign<'cut-zip' | 'cut-header'>, t: Translate): ForeignText {
  const facts = presenceFacts(foreign, t);
  const words = {
    what: t('Cut download'),
    title: t('The end of the file is missing'),
    remedy: t('Download or save it again.'),
  };
  return foreign.kind === 'cut-header'
    ? {
        ...words,
        sentence: t('The header of this safetensors file is cut, so that nothing of it can be listed.'),
        facts,
      }
    : {
        ...words,
        sentence: t('This archive has no directory: a download or a save stopped before its end.'),
        facts: [...facts, { label: t('Whole records'), value: recordList(foreign.wholeEntries, t) }],
      };
}

function presenceFacts({ bytesPresent, bytesNeeded }: Foreign<'cut-zip' | 'cut-header'>, t: Translate): ForeignFact[] {
  const fact = (label: string, bytes: number): ForeignFact => ({
    label,
    value: `${formatSize(bytes)} (${formatBytes(bytes, t)})`,
  });
  const present = fact(t('Present'), bytesPresent);
  return bytesNeeded === null ? [present] : [present, fact(t('Needed'), bytesNeeded)];
}

function shardText(t: Translate): ForeignText {
  return {
    what: t('Part of a distributed checkpoint'),
    title: t('One part of several'),
    sentence: t('This file holds the numbers of one process; the names and shapes are in .metadata beside it.'),
    remedy: t('Turn its folder into one file with torch.distributed.checkpoint.format_utils.dcp_to_torch_save.'),
    facts: [],
  };
}

function folderText(foreign: Foreign<'folder'>, t: Translate): ForeignText {
  const facts =
    foreign.checkpoints.length === 0 ? [] : [{ label: t('In it'), value: recordList(foreign.checkpoints, t) }];
  const what = t('Folder');
  const title = t('This is a folder');
  switch (foreign.contents) {
    case 'distributed-checkpoint':
      return {
        what: t('Distributed checkpoint'),
        title,
        sentence: t('This is a distributed checkpoint: a folder of .distcp files and their .metadata.'),
        remedy: t('Turn it into one file with torch.distributed.checkpoint.format_utils.dcp_to_torch_save.'),
        facts,
      };
    case 'hugging-face':
      return {
        what,
        title,
        sentence: t('This is a folder of a Hugging Face model.'),
        remedy: t('Open a checkpoint file inside it.'),
        facts,
      };
    case 'other':
      return {
        what,
        title,
        sentence: t('This is a folder, not a file.'),
        remedy: t('Open a checkpoint file inside it.'),
        facts,
      };
  }
}

function lineFacts(lines: readonly string[], t: Translate): ForeignFact[] {
  return lines.length === 0 ? [] : [{ label: t('First lines'), value: lines.join('\n') }];
}
