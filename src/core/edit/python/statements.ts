import type { Operation } from '../operations';
import { contextOf } from '../operations/context';
import { droppedBy, removedBy } from '../operations/select';
import { portable } from '../portable';
import { selectedPaths } from '../selection';
import type { EditState } from '../state';
import {
  addedLines,
  addFromLines,
  duplicateLines,
  extracted,
  moveLines,
  optimizerLines,
  plainLines,
  trainLines,
  wrapLine,
} from './entryLines';
import { conformLines } from './conformLines';
import { reinitialiseLines, replaceLayerLines, resizeLines } from './layerLines';
import { lossLines } from './losses';
import { Reach } from './reach';
import { renameKeyLines, renameLines } from './renames';
import { statements, type OtherFile, type Scope, type Statements } from './scope';
import { castLines, compactLines, remapLines, requiresGradLines } from './tensorLines';

/**
 * Python that does one edit to the object `ckpt`; null where no few lines do.
 * @param before the state that the edit was made on.
 * @param others the files that edits take something from, by the names that operations give them.
 */
export function statementsOf(
  before: EditState,
  operation: Operation,
  others: ReadonlyMap<string, OtherFile>,
): Statements | null {
  const context = contextOf(portable(before));
  const scope: Scope = { context, reach: new Reach(context.checkpoint, 'ckpt') };
  switch (operation.kind) {
    case 'keep':
      return lossLines(scope, droppedBy(context, operation), []);
    case 'remove':
      return lossLines(scope, removedBy(context, operation), selectedPaths(context.checkpoint, operation.selection));
    case 'rename':
    case 'stripPrefix':
    case 'addPrefix':
    case 'renamePrefix':
    case 'renameKeys':
      return renameLines(scope, operation);
    case 'renameKey':
      return renameKeyLines(scope, operation);
    case 'duplicate':
      return duplicateLines(scope, operation);
    case 'move':
      return moveLines(scope, operation);
    case 'remapDevices':
      return remapLines(scope, operation);
    case 'cast':
      return castLines(scope, operation);
    case 'setValue':
      return statements([scope.reach.assigned(operation.path, operation.literal)]);
    case 'addEntry':
      return addedLines(scope, operation.path, operation.literal);
    case 'requiresGrad':
      return requiresGradLines(scope, operation);
    case 'trainMode':
      return trainLines(scope, operation);
    case 'extract':
      return statements([`ckpt = ${extracted(scope.reach, operation.path, true)}`]);
    case 'wrap':
      return statements([wrapLine(operation)]);
    case 'addFrom':
      return addFromLines(scope, operation, others);
    case 'plainValues':
      return plainLines(scope, operation);
    case 'optimizer':
      return optimizerLines(scope, operation);
    case 'conform':
      return conformLines(scope, operation, others);
    case 'replaceLayer':
      return replaceLayerLines(scope, operation);
    case 'resize':
      return resizeLines(scope, operation);
    case 'reinitialise':
      return reinitialiseLines(scope, operation);
    case 'compact':
      return compactLines(scope);
  }
}
