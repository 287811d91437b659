import type { ForeignFile } from '../foreign';

interface Signature {
  readonly bytes: readonly number[];
  readonly offset?: number;
  readonly foreign: ForeignFile;
}

function ascii(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function archive(format: Extract<ForeignFile, { kind: 'archive' }>['format'], bytes: readonly number[]): Signature {
  return { bytes, foreign: { kind: 'archive', format, entries: [] } };
}

function model(
  format: Extract<ForeignFile, { kind: 'model' }>['format'],
  bytes: readonly number[],
  offset = 0,
): Signature {
  return { bytes, offset, foreign: { kind: 'model', format } };
}

function image(
  format: Extract<ForeignFile, { kind: 'image' }>['format'],
  bytes: readonly number[],
  offset = 0,
): Signature {
  return { bytes, offset, foreign: { kind: 'image', format } };
}

/** First bytes of files that are no checkpoints. One row a format. */
export const signatures: readonly Signature[] = [
  archive('7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
  archive('zstd', [0x28, 0xb5, 0x2f, 0xfd]),
  archive('xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
  archive('bzip2', [...ascii('BZh'), 0x39]),
  archive('rar', [...ascii('Rar!'), 0x1a, 0x07]),
  archive('lz4', [0x04, 0x22, 0x4d, 0x18]),
  model('gguf', ascii('GGUF')),
  // The predecessors of GGUF: 'ggml', 'ggmf' and 'ggjt' as little-endian numbers.
  model('ggml', ascii('lmgg')),
  model('ggml', ascii('fmgg')),
  model('ggml', ascii('tjgg')),
  model('hdf5', [0x89, ...ascii('HDF'), 0x0d, 0x0a, 0x1a, 0x0a]),
  model('tflite', ascii('TFL3'), 4),
  model('torch-mobile-flatbuffer', ascii('PTMF'), 4),
  model('torch-preview', ascii('PYTORCH1')),
  image('png', [0x89, ...ascii('PNG'), 0x0d, 0x0a, 0x1a, 0x0a]),
  image('jpeg', [0xff, 0xd8, 0xff]),
  image('gif', ascii('GIF8')),
  image('webp', ascii('WEBP'), 8),
  image('tiff', [...ascii('II*'), 0]),
  image('tiff', [...ascii('MM'), 0, 0x2a]),
  { bytes: ascii('%PDF-'), foreign: { kind: 'document', format: 'pdf' } },
  { bytes: ascii('PAR1'), foreign: { kind: 'document', format: 'parquet' } },
  { bytes: [...ascii('SQLite format 3'), 0], foreign: { kind: 'document', format: 'sqlite' } },
  { bytes: [0x7f, ...ascii('ELF')], foreign: { kind: 'program', format: 'elf' } },
  { bytes: [0xcf, 0xfa, 0xed, 0xfe], foreign: { kind: 'program', format: 'mach-o' } },
  { bytes: ascii('MZ'), foreign: { kind: 'program', format: 'windows' } },
];
