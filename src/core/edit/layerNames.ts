import type { Checkpoint, Path } from '../checkpoint/checkpoint';
import { keyOf } from '../checkpoint/path';

/**
 * Where layers of a name are: `fc`, `model_state_dict.fc`; `model.fc` and `self.fc` as code has it, where no layer has the
 * whole name. More than one where several state dicts have such a layer.
 */
export function layersNamed(checkpoint: Checkpoint, name: string): readonly Path[] {
  const found = withName(checkpoint, name);
  const dot = name.indexOf('.');
  return found.length > 0 || dot < 0 ? found : withName(checkpoint, name.slice(dot + 1));
}

function withName({ entries }: Checkpoint, name: string): readonly Path[] {
  const found = new Map<string, Path>();
  for (const { path, kind } of entries) {
    const above = path.slice(0, -1);
    const last = path.at(-1);
    if (kind !== 'tensor' || typeof last !== 'string') {
      continue;
    }
    const outer = keyOf(above);
    const own = name.startsWith(`${outer}.`) && outer !== '' ? name.slice(outer.length + 1) : null;
    const match = [name, own].find((each) => each !== null && last.startsWith(`${each}.`));
    if (match !== undefined && match !== null) {
      found.set(JSON.stringify([above, match]), [...above, match]);
    }
  }
  return [...found.values()];
}
