import { CheckpointError, type ErrorCode } from '../errors';

export type PythonErrorCode = Extract<ErrorCode, `python-${string}`>;

/** What `factory.py` says of a factory that gives no model. Texts are as Python has them. */
export type FactoryProblem =
  | { readonly kind: 'no-torch'; readonly executable: string; readonly version: string }
  | { readonly kind: 'torch-fails'; readonly message: string }
  /** `part` is what is neither a dotted name, nor a call of one, nor a literal. */
  | { readonly kind: 'bad-expression'; readonly part: string }
  /** `folders` are those that were looked in, in order. */
  | { readonly kind: 'module-not-found'; readonly name: string; readonly folders: readonly string[] }
  /** `module` was found, and imports `name`, which was not. */
  | {
      readonly kind: 'dependency-not-found';
      readonly module: string;
      readonly name: string;
      readonly traceback: string;
    }
  | { readonly kind: 'import-raised'; readonly module: string; readonly message: string; readonly traceback: string }
  /** `near` are names that `place`, a file or module, does have. */
  | {
      readonly kind: 'no-attribute';
      readonly name: string;
      readonly place: string;
      readonly near: readonly string[];
    }
  | { readonly kind: 'not-callable'; readonly what: string }
  | { readonly kind: 'missing-arguments'; readonly names: readonly string[]; readonly signature: string }
  | { readonly kind: 'bad-arguments'; readonly message: string }
  | { readonly kind: 'raised'; readonly message: string; readonly traceback: string }
  | { readonly kind: 'not-a-module'; readonly what: string }
  | { readonly kind: 'too-many-keys'; readonly count: number; readonly limit: number };

/** Why no factory could be asked at all, or why it gave no answer. */
export type RunProblem =
  | { readonly kind: 'untrusted' }
  /** `looked` are the names that were looked for on the search path. */
  | { readonly kind: 'no-interpreter'; readonly looked: readonly string[] }
  | { readonly kind: 'interpreter-missing'; readonly executable: string }
  | { readonly kind: 'interpreter-fails'; readonly executable: string; readonly message: string }
  /** `text` is not `package.module:callable`. */
  | { readonly kind: 'bad-factory'; readonly text: string }
  | { readonly kind: 'time-limit'; readonly seconds: number }
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'bad-reply'; readonly note: string };

export type PythonProblem = FactoryProblem | RunProblem;

/** What the process printed, as far as it was kept. */
export interface Output {
  /** The end of it, from the beginning of a line on where there is one. */
  readonly text: string;
  /** Of everything that was printed. */
  readonly bytes: number;
}

export const noOutput: Output = { text: '', bytes: 0 };

/** Nothing came of asking the user's Python. The sentences are made in `src/wording`. */
export class PythonError extends CheckpointError {
  declare readonly code: PythonErrorCode;

  constructor(
    readonly problem: PythonProblem,
    readonly output: Output = noOutput,
  ) {
    super(codeOf(problem), { detail: problem.kind });
  }
}

function codeOf({ kind }: PythonProblem): PythonErrorCode {
  switch (kind) {
    case 'untrusted':
    case 'no-interpreter':
    case 'interpreter-missing':
    case 'interpreter-fails':
    case 'no-torch':
    case 'torch-fails':
      return 'python-unavailable';
    case 'time-limit':
    case 'exited':
    case 'killed':
    case 'bad-reply':
      return 'python-stopped';
    case 'bad-factory':
    case 'bad-expression':
    case 'module-not-found':
    case 'dependency-not-found':
    case 'import-raised':
    case 'no-attribute':
    case 'not-callable':
    case 'missing-arguments':
    case 'bad-arguments':
    case 'raised':
    case 'not-a-module':
    case 'too-many-keys':
      return 'python-factory';
  }
}
