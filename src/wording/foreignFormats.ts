import { recordFacts, type Foreign, type ForeignText } from './foreignFacts';
import type { Translate } from './translate';

/** The words for a file in a format of other programs. */
export function otherFormatText(
  foreign: Foreign<'archive' | 'model' | 'image' | 'document' | 'program'>,
  t: Translate,
): ForeignText {
  const what = formatName(foreign, t);
  const open = t('Open it with a program for this format.');
  switch (foreign.kind) {
    case 'archive':
      return {
        what,
        title: t('The file is packed'),
        sentence: t('This is a packed file ({0}). torch.load cannot read it either.', what),
        remedy: t('Unpack it first, then open what was in it.'),
        facts: foreign.entries.length === 0 ? [] : recordFacts(foreign.entries, t),
      };
    case 'model':
      return modelText(foreign, what, t);
    case 'image':
      return {
        what,
        title: t('This is an image'),
        sentence: t('This file is an image ({0}).', what),
        remedy: open,
        facts: [],
      };
    case 'document':
      return {
        what,
        title: t('Not a checkpoint'),
        sentence: t('This file is in another format: {0}.', what),
        remedy: open,
        facts: [],
      };
    case 'program':
      return {
        what,
        title: t('This is a program'),
        sentence: t('This file is a program or a library ({0}), not data.', what),
        remedy: t('Do not run it unless you know where it is from.'),
        facts: [],
      };
  }
}

function modelText(foreign: Foreign<'model'>, what: string, t: Translate): ForeignText {
  const title = t('A model in another format');
  switch (foreign.format) {
    case 'torch-preview':
      return {
        what,
        title,
        sentence: t('This archive is from a preview release of torch. No torch reads it today.'),
        remedy: t('Save the model again with a current torch.'),
        facts: [],
      };
    case 'torch-mobile-flatbuffer':
      return {
        what,
        title,
        sentence: t('This is a model for torch mobile in the FlatBuffers format, which is not read here.'),
        remedy: t('Open the checkpoint or the TorchScript file that it was made from.'),
        facts: [],
      };
    default:
      return {
        what,
        title,
        sentence: t('This file is a model in another format ({0}), which torch.load does not read.', what),
        remedy: t('Open it with a program for this format.'),
        facts: [],
      };
  }
}

function formatName(foreign: Foreign<'archive' | 'model' | 'image' | 'document' | 'program'>, t: Translate): string {
  switch (foreign.format) {
    case 'tensorflow-checkpoint':
      return t('TensorFlow checkpoint');
    case 'tensorflow-index':
      return t('TensorFlow checkpoint index');
    case 'tensorflow-saved-model':
      return t('TensorFlow SavedModel');
    case 'torch-mobile-flatbuffer':
      return t('torch mobile, FlatBuffers');
    case 'torch-preview':
      return t('torch preview archive');
    case 'tar':
      return t('TAR archive');
    case 'windows':
      return t('Windows program');
    default:
      return properNames[foreign.format];
  }
}

/** Names that are the same in every language. */
const properNames = {
  '7z': '7-Zip',
  zstd: 'Zstandard',
  xz: 'XZ',
  bzip2: 'bzip2',
  rar: 'RAR',
  lz4: 'LZ4',
  gzip: 'gzip',
  zlib: 'zlib',
  gguf: 'GGUF',
  ggml: 'GGML',
  onnx: 'ONNX',
  hdf5: 'HDF5',
  tflite: 'TensorFlow Lite',
  coreml: 'Core ML',
  png: 'PNG',
  jpeg: 'JPEG',
  gif: 'GIF',
  webp: 'WebP',
  bmp: 'BMP',
  tiff: 'TIFF',
  pdf: 'PDF',
  parquet: 'Apache Parquet',
  sqlite: 'SQLite',
  elf: 'ELF',
  'mach-o': 'Mach-O',
} as const;
