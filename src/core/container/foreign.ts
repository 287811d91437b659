import { CheckpointError, type ErrorCode, type ErrorFields } from '../errors';

/** What a file is that is no checkpoint, as facts. The sentences are made in `src/wording/brokenFile.ts`. */
export type ForeignFile =
  | { readonly kind: 'empty' }
  | { readonly kind: 'zeros'; readonly size: number }
  | {
      readonly kind: 'git-lfs-pointer';
      readonly version: string;
      /** With its algorithm: `sha256:4d7a…`. Empty where the pointer lacks it. */
      readonly oid: string;
      /** Bytes of the file that the pointer stands for; null where the pointer does not say. */
      readonly size: number | null;
    }
  | {
      readonly kind: 'web-page';
      readonly markup: 'html' | 'xml';
      readonly title: string | null;
      readonly lines: readonly string[];
    }
  | {
      readonly kind: 'text';
      readonly text: 'json' | 'csv' | 'python-paths' | 'python-source' | 'plain';
      /** The first lines, cut to a readable length. */
      readonly lines: readonly string[];
    }
  | {
      /** A zip archive without directory, of which nothing can be opened. */
      readonly kind: 'cut-zip';
      readonly bytesPresent: number;
      /** What a whole file would have; null where the part at hand does not tell. */
      readonly bytesNeeded: number | null;
      readonly wholeEntries: readonly string[];
    }
  /** A `.safetensors` that ends within its header; `bytesNeeded` is the least that it must have. */
  | { readonly kind: 'cut-header'; readonly bytesPresent: number; readonly bytesNeeded: number }
  /** Part of a distributed checkpoint (`__0_0.distcp`): its folder is the checkpoint. */
  | { readonly kind: 'distributed-shard' }
  | { readonly kind: 'failed-save'; readonly entries: readonly string[] }
  | { readonly kind: 'encrypted-zip'; readonly entries: readonly string[] }
  | { readonly kind: 'zip-archive'; readonly entries: readonly string[] }
  | {
      /** A packed or archived file that has to be unpacked first. */
      readonly kind: 'archive';
      readonly format: '7z' | 'zstd' | 'xz' | 'bzip2' | 'rar' | 'lz4' | 'gzip' | 'zlib' | 'tar';
      /** Where they can be listed. */
      readonly entries: readonly string[];
    }
  | {
      /** A model of another framework or format. */
      readonly kind: 'model';
      readonly format:
        | 'gguf'
        | 'ggml'
        | 'onnx'
        | 'hdf5'
        | 'tensorflow-checkpoint'
        | 'tensorflow-index'
        | 'tensorflow-saved-model'
        | 'tflite'
        | 'torch-mobile-flatbuffer'
        | 'torch-preview';
    }
  | { readonly kind: 'image'; readonly format: 'png' | 'jpeg' | 'gif' | 'webp' | 'bmp' | 'tiff' }
  | { readonly kind: 'document'; readonly format: 'pdf' | 'parquet' | 'sqlite' }
  | { readonly kind: 'program'; readonly format: 'elf' | 'mach-o' | 'windows' }
  | {
      readonly kind: 'folder';
      readonly contents: 'distributed-checkpoint' | 'hugging-face' | 'other';
      /** Names of checkpoints in it that could be opened. */
      readonly checkpoints: readonly string[];
    }
  | {
      readonly kind: 'unknown';
      /** The first 16 bytes in hexadecimal, by spaces. */
      readonly head: string;
    };

/** The file holds no checkpoint. */
export class ForeignFileError extends CheckpointError {
  constructor(
    readonly foreign: ForeignFile,
    code: ErrorCode = 'not-a-checkpoint',
    fields: ErrorFields = {},
  ) {
    super(code, { detail: foreign.kind, ...fields });
  }
}
