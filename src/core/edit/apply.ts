import { isNode, NodeKind } from '../pickle/values';
import { editError } from './editError';
import { compact } from './operations/compact';
import { cast } from './operations/cast';
import { addFrom, extract, wrap } from './operations/compose';
import { conform } from './operations/conform';
import { contextOf, type Context, type Resources } from './operations/context';
import { remapDevices } from './operations/devices';
import { addEntry, duplicate, move, setValue } from './operations/entries';
import { requiresGrad, trainMode } from './operations/modules';
import { optimizer } from './operations/optimizer';
import { plainValues } from './operations/plainValues';
import { reinitialise } from './operations/reinitialise';
import { rename, renameKey } from './operations/rename';
import { replaceLayer } from './operations/replaceLayer';
import { resize } from './operations/resize';
import { keep, remove } from './operations/select';
import type { Operation } from './operations';
import { portable } from './portable';
import { readOnlyReason, type EditState } from './state';

export type { Resources } from './operations/context';

const noResources: Resources = new Map();

/**
 * The state after an edit. Pure: the state before stays what it was, and both share what did not change.
 * @param resources Other files that the operation names.
 * @throws EditError when it cannot be done; nothing was changed then.
 */
export function apply(state: EditState, operation: Operation, resources: Resources = noResources): EditState {
  const reason = readOnlyReason(state.original);
  if (reason !== null) {
    throw reason;
  }
  const after = applied(contextOf(portable(state)), operation, resources);
  checkFormat(after);
  return after;
}

function applied(context: Context, operation: Operation, resources: Resources): EditState {
  switch (operation.kind) {
    case 'keep':
      return keep(context, operation);
    case 'remove':
      return remove(context, operation);
    case 'rename':
    case 'stripPrefix':
    case 'addPrefix':
    case 'renamePrefix':
    case 'renameKeys':
      return rename(context, operation);
    case 'renameKey':
      return renameKey(context, operation);
    case 'duplicate':
      return duplicate(context, operation);
    case 'move':
      return move(context, operation);
    case 'remapDevices':
      return remapDevices(context, operation);
    case 'cast':
      return cast(context, operation);
    case 'setValue':
      return setValue(context, operation);
    case 'addEntry':
      return addEntry(context, operation);
    case 'requiresGrad':
      return requiresGrad(context, operation);
    case 'trainMode':
      return trainMode(context, operation);
    case 'extract':
      return extract(context, operation);
    case 'wrap':
      return wrap(context, operation);
    case 'addFrom':
      return addFrom(context, operation, resources);
    case 'plainValues':
      return plainValues(context, operation);
    case 'optimizer':
      return optimizer(context, operation);
    case 'conform':
      return conform(context, operation, resources);
    case 'replaceLayer':
      return replaceLayer(context, operation);
    case 'resize':
      return resize(context, operation);
    case 'reinitialise':
      return reinitialise(context, operation);
    case 'compact':
      return compact(context);
  }
}

/** A `.safetensors` is one flat dict of tensors by text keys. */
function checkFormat({ original, root }: EditState): void {
  if (original.container.kind !== 'safetensors') {
    return;
  }
  const entries = isNode(root) && root.kind === NodeKind.Dict ? root.entries : null;
  const isFlat = entries?.every((value, index) =>
    isNode(value) && index % 2 === 0 ? value.kind === NodeKind.Str : isNode(value) && value.kind === NodeKind.Call,
  );
  if (isFlat !== true) {
    throw editError('edit-unsupported', 'flat-format');
  }
}
