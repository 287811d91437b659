import type { Resources } from '../../core/edit/apply';
import type { Operation } from '../../core/edit/operations';
import { pythonScript, type ScriptStep } from '../../core/edit/pythonScript';
import type { EditState } from '../../core/edit/state';
import { operationText } from '../../wording/edits';
import type { Translate } from '../../wording/translate';
import type { EditedDocument } from './editPanel';

/** Python that does the edits that the file on disk lacks; all of them where it holds none of the states before. */
export function editsAsPython({ history, fileName, resources }: EditedDocument, t: Translate): string {
  if (history === null) {
    return '';
  }
  const { all, index, baseIndex: first } = history;
  const steps = all.slice(first, index + 1).flatMap(({ operation }, at): ScriptStep[] => {
    const before = all[first + at - 1];
    return at === 0 || operation === null || before === undefined ? [] : [stepOf(before.state, operation, t)];
  });
  return pythonScript(steps, filesOf(fileName, resources));
}

/** Signs of a script that is shown beside a preview: one that names thousands of keys helps nobody. */
const longestPreview = 4_000;

/** Python that does one edit; '' where it would be too long to be read. */
export function operationAsPython(state: EditState, operation: Operation, fileName: string, t: Translate): string {
  const script = pythonScript([stepOf(state, operation, t)], filesOf(fileName, new Map()));
  return script.length > longestPreview ? '' : script;
}

function stepOf(before: EditState, operation: Operation, t: Translate): ScriptStep {
  return { before, operation, title: operationText(operation, t) };
}

/** The result goes beside the file: a script that is tried out must not write over it. */
function filesOf(fileName: string, resources: Resources): Parameters<typeof pythonScript>[1] {
  const dot = fileName.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [fileName.slice(0, dot), fileName.slice(dot)] : [fileName, '.pt'];
  const others = new Map([...resources].map(([name, checkpoint]) => [name, { checkpoint, path: name }]));
  return { source: fileName, target: `${stem}_edited${ending}`, resources: others };
}
