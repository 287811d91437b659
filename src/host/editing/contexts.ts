import { contextOf, type Context } from '../../core/edit/operations/context';
import { portable } from '../../core/edit/portable';
import type { EditState } from '../../core/edit/state';

const contexts = new WeakMap<EditState, Context>();

/** What previews of edits of a state share: made once, as they are asked for at every key that is pressed. */
export function contextFor(state: EditState): Context {
  let context = contexts.get(state);
  if (context === undefined) {
    context = contextOf(portable(state));
    contexts.set(state, context);
  }
  return context;
}
