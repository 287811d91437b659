import type { FactoryModel } from '../core/python/factoryModel';
import type { PythonError, PythonErrorCode, PythonProblem } from '../core/python/pythonError';
import type { ErrorText } from './errors';
import { formatBytes, formatExact } from './format';
import type { Translate } from './translate';

/** Words for a code alone: the heading of each of its problems. */
export const pythonTexts: Readonly<Record<PythonErrorCode, (t: Translate) => ErrorText>> = {
  'python-unavailable': (t) => ({
    title: t('No Python to build the model with'),
    sentence: t('The model could not be built with Python.'),
    remedy: t('Choose an interpreter that has torch.'),
  }),
  'python-factory': (t) => ({
    title: t('The model could not be built'),
    sentence: t('The Python factory gave no model.'),
    remedy: t('Correct the factory and try again.'),
  }),
  'python-stopped': (t) => ({
    title: t('Python gave no answer'),
    sentence: t('The process that was to build the model ended without an answer.'),
    remedy: t('Try the factory in a terminal.'),
  }),
};

/** Why there is no model, and what to do. The user's own traceback is in `pythonDetails`. */
export function pythonErrorText({ code, problem }: PythonError, t: Translate): ErrorText {
  return { title: pythonTexts[code](t).title, ...words(problem, t) };
}

const setting = 'checkpointEditor.python.interpreter';

type ProblemText = Omit<ErrorText, 'title'>;

function words(problem: PythonProblem, t: Translate): ProblemText {
  switch (problem.kind) {
    case 'untrusted':
    case 'no-interpreter':
    case 'interpreter-missing':
    case 'interpreter-fails':
    case 'no-torch':
    case 'torch-fails':
      return interpreterWords(problem, t);
    case 'time-limit':
    case 'exited':
    case 'killed':
    case 'bad-reply':
      return endWords(problem, t);
    case 'bad-factory':
    case 'bad-expression':
    case 'missing-arguments':
    case 'bad-arguments':
      return textWords(problem, t);
    case 'module-not-found':
    case 'dependency-not-found':
    case 'import-raised':
    case 'no-attribute':
      return importWords(problem, t);
    case 'not-callable':
    case 'raised':
    case 'not-a-module':
    case 'too-many-keys':
      return callWords(problem, t);
  }
}

type OfKind<K extends PythonProblem['kind']> = Extract<PythonProblem, { kind: K }>;

function interpreterWords(
  problem: OfKind<
    'untrusted' | 'no-interpreter' | 'interpreter-missing' | 'interpreter-fails' | 'no-torch' | 'torch-fails'
  >,
  t: Translate,
): ProblemText {
  const choose = t(
    'Choose one: by {0} on the command line; in VS Code with the Python extension, or in the setting {1}.',
    '--python',
    setting,
  );
  switch (problem.kind) {
    case 'untrusted':
      return {
        sentence: t('Restricted Mode: no Python is run in a workspace that is not trusted.'),
        remedy: t('Trust this workspace if you trust its code; or match against another checkpoint or a key list.'),
      };
    case 'no-interpreter':
      return { sentence: t('No Python interpreter was found ({0}).', problem.looked.join(', ')), remedy: choose };
    case 'interpreter-missing':
      return { sentence: t('There is no Python interpreter “{0}”.', problem.executable), remedy: choose };
    case 'interpreter-fails':
      return {
        sentence: t('The Python interpreter “{0}” cannot be started: {1}.', problem.executable, problem.message),
        remedy: choose,
      };
    case 'no-torch':
      return {
        sentence: t('Python {0} ({1}) has no torch.', problem.version, problem.executable),
        remedy: t(
          'Install torch there, or choose another one: in the setting {0}, with the Python extension, or by {1}.',
          setting,
          '--python',
        ),
      };
    case 'torch-fails':
      return {
        sentence: t('torch cannot be imported: {0}', asSentence(problem.message)),
        remedy: t('Repair that installation of torch, or choose another interpreter.'),
      };
  }
}

function endWords(problem: OfKind<'time-limit' | 'exited' | 'killed' | 'bad-reply'>, t: Translate): ProblemText {
  switch (problem.kind) {
    case 'time-limit':
      return {
        sentence: t('The model was not built within {0} seconds; the process was ended.', problem.seconds),
        remedy: t('See in its output where it stood; a factory must not download, wait or train.'),
      };
    case 'exited':
      return {
        sentence: t('The process ended with exit status {0} before the model was built.', problem.status),
        remedy: t('See its output; a factory must not end the process.'),
      };
    case 'killed':
      return {
        sentence: t('The process was ended by {0} before the model was built.', problem.signal),
        remedy:
          problem.signal === 'SIGKILL'
            ? t('The system may have run out of memory: see that, then try again.')
            : t('See its output; a library that the factory uses has crashed.'),
      };
    case 'bad-reply':
      return {
        sentence: t('The process gave an answer that cannot be read ({0}).', problem.note),
        remedy: t('Try the factory in a terminal.'),
      };
  }
}

function textWords(
  problem: OfKind<'bad-factory' | 'bad-expression' | 'missing-arguments' | 'bad-arguments'>,
  t: Translate,
): ProblemText {
  switch (problem.kind) {
    case 'bad-factory':
      return {
        sentence: t('“{0}” names no factory.', problem.text),
        remedy: t('Write it as {0} or {1}.', 'package.module:build', 'package.module:Net(num_classes=120)'),
      };
    case 'bad-expression':
      return {
        sentence: t('“{0}” is neither a name nor a literal; nothing of it was run.', problem.part),
        remedy: t('Give numbers, texts, True, False, None, lists, tuples or dicts of them; or name a function.'),
      };
    case 'missing-arguments':
      return {
        sentence: t('The factory needs arguments that were not given: {0}.', problem.names.join(', ')),
        remedy: t('Give them in brackets, for {0}.', problem.signature),
      };
    case 'bad-arguments':
      return {
        sentence: t('The factory does not take these arguments: {0}', asSentence(problem.message)),
        remedy: t('Correct the arguments in the brackets.'),
      };
  }
}

/** Folders that a sentence names; what follows are those of the interpreter itself. */
const namedFolders = 3;

function importWords(
  problem: OfKind<'module-not-found' | 'dependency-not-found' | 'import-raised' | 'no-attribute'>,
  t: Translate,
): ProblemText {
  switch (problem.kind) {
    case 'module-not-found': {
      const { folders } = problem;
      const named = folders.slice(0, namedFolders).join(', ');
      const left = folders.length - namedFolders;
      return {
        sentence: t('There is no Python module “{0}”.', problem.name),
        remedy:
          left > 0
            ? t('Check its name. Looked in were {0} and {1} more.', named, left)
            : t('Check its name. Looked in were {0}.', named),
      };
    }
    case 'dependency-not-found':
      return {
        sentence: t('“{0}” imports “{1}”, which is not there.', problem.module, problem.name),
        remedy: t('Install it for this interpreter, or choose another one.'),
      };
    case 'import-raised':
      return {
        sentence: t('“{0}” cannot be imported: {1}', problem.module, asSentence(problem.message)),
        remedy: t('Correct that module and try again.'),
      };
    case 'no-attribute':
      return {
        sentence: t('“{0}” has no “{1}”.', problem.place, problem.name),
        remedy:
          problem.near.length > 0
            ? t('Did you mean {0}?', problem.near.join(', '))
            : t('Check the name of the class or function.'),
      };
  }
}

function callWords(
  problem: OfKind<'not-callable' | 'raised' | 'not-a-module' | 'too-many-keys'>,
  t: Translate,
): ProblemText {
  switch (problem.kind) {
    case 'not-callable':
      return {
        sentence: t('What it names is no class and no function: {0}.', problem.what),
        remedy: t('Name a class of torch.nn.Module, or a function that returns one.'),
      };
    case 'raised':
      return {
        sentence: t('The factory raised {0}', asSentence(problem.message)),
        remedy: t('Correct it and try again.'),
      };
    case 'not-a-module':
      return {
        sentence: t('The factory returned no torch.nn.Module: {0}.', problem.what),
        remedy: t('Let it return the model alone.'),
      };
    case 'too-many-keys':
      return {
        sentence: t(
          'The model has {0} entries, more than {1}.',
          formatExact(problem.count),
          formatExact(problem.limit),
        ),
        remedy: t('Build a part of it.'),
      };
  }
}

/** A message of Python's inside a sentence of ours. */
function asSentence(message: string): string {
  return message.replace(/\.?$/, '.');
}

/** The user's own traceback, and the end of what was printed, as they are; empty where there is neither. */
export function pythonDetails({ problem, output }: PythonError, t: Translate): string {
  const parts = 'traceback' in problem ? [problem.traceback] : [];
  if (output.text.trim() !== '') {
    const isCut = output.bytes > output.text.length;
    const head = isCut ? t('The end of {0} of output:', formatBytes(output.bytes, t)) : t('Output:');
    parts.push(`${head}\n${output.text.trimEnd()}`);
  }
  return parts.join('\n\n');
}

/** What building it allocated, where that was more than nothing; null where it was not. */
export function factoryNote({ device, why }: FactoryModel, t: Translate): string | null {
  switch (device) {
    case 'meta':
      return null;
    case 'values':
      return why === null
        ? t('All but its parameters was built on the CPU.')
        : t('Building it needs values ({0}): all but its parameters was built on the CPU.', why);
    case 'cpu':
      return why === null
        ? t('It was built on the CPU, with all its weights.')
        : t('Building it needs values ({0}): it was built on the CPU, with all its weights.', why);
  }
}
