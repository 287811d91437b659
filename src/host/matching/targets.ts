import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import { checkpointTarget } from '../../core/match/source';
import type { Source, Target } from '../../core/match/match';
import { errorTextTarget, keyListTarget } from '../../core/match/targets';
import { factoryModelCode, knownModelCode } from '../../core/snippets/modelCode';
import type { MatchForm } from '../../protocol/match';
import { factoryNote } from '../../wording/python';
import type { Translate } from '../../wording/translate';
import type { FoundTarget } from './computedMatch';
import type { MatchEnvironment } from './environment';
import { sourceAt } from './branches';
import { FormError } from './formError';

/** A target, and the other file where it is one. */
export interface ReadTarget extends FoundTarget {
  readonly file: Checkpoint | null;
  /** What is to be known of how it was read; '' for nothing. */
  readonly note: string;
}

/** How a target is read. */
export interface ReadOptions {
  /** What is to be matched: an error text speaks of its keys. */
  readonly source: Source;
  /** It may have changed since it was read last. */
  readonly again: boolean;
  readonly signal: AbortSignal;
  readonly t: Translate;
}

/** Whether the form names anything yet. */
export function isEmpty({ text }: MatchForm): boolean {
  return text.trim() === '';
}

/**
 * Finds what the form names.
 * @throws FormError, MatchError, PythonError and what `openCheckpoint` throws.
 */
export async function readTarget(
  form: MatchForm,
  environment: MatchEnvironment,
  { source, again, signal, t }: ReadOptions,
): Promise<ReadTarget> {
  const text = form.text.trim();
  switch (form.kind) {
    case 'file': {
      const { name, resource, checkpoint } = await environment.openFile(text, again);
      const other = sourceAt(checkpoint, form.targetBranch);
      return { target: checkpointTarget(other, name, resource), file: checkpoint, note: '' };
    }
    case 'architecture':
      return { ...(await architectureTarget(text, form.classes, environment, t)), file: null, note: '' };
    case 'text':
      return { target: textTarget(text, source, t), file: null, note: '' };
    case 'python': {
      const { model } = await environment.buildFactory(text, signal);
      const keys = model.keys.map(({ key, shape, dtype }) => ({ key, shape, dtype }));
      const code = factoryModelCode(text);
      return {
        target: { kind: 'factory', name: text, keys },
        ...(code !== null && { model: code }),
        file: null,
        note: factoryNote(model, t) ?? '',
      };
    }
  }
}

/** A key list is JSON, and begins with a brace; an error text does not. */
function textTarget(text: string, source: Source, t: Translate): Target {
  return text.startsWith('{') || text.startsWith('[')
    ? keyListTarget(text, t('the key list'))
    : errorTextTarget(text, source, t('the error text'));
}

async function architectureTarget(
  name: string,
  classes: string,
  environment: MatchEnvironment,
  t: Translate,
): Promise<FoundTarget> {
  const catalogue = await environment.catalogue();
  const numClasses = classNumber(classes, t);
  const architecture = catalogue.architecture(name, numClasses === null ? {} : { numClasses });
  if (architecture === null) {
    throw new FormError(t('torchvision has no architecture “{0}”. Choose one of the list.', name));
  }
  const { keys, initialisation } = architecture;
  const model = knownModelCode(
    architecture,
    keys.map(({ key }) => key),
    numClasses,
  );
  return { target: { kind: 'architecture', name, keys }, steps: initialisation, model };
}

function classNumber(text: string, t: Translate): number | null {
  if (text.trim() === '') {
    return null;
  }
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new FormError(t('The number of classes is a whole number from 1 on.'));
  }
  return number;
}
