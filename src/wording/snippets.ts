import type { SnippetKind, SnippetObstacle } from '../core/snippets/kinds';
import { containerName } from './summary';
import type { Translate } from './translate';

/** What a snippet does, in a sentence. */
export function snippetText(kind: SnippetKind, t: Translate): string {
  switch (kind) {
    case 'load-state-dict':
      return t('Load the state dict into the model: recommended');
    case 'load-filtered':
      return t('Load the keys that the model has in the same shape');
    case 'load-not-strict':
      return t('Load with strict=False, and check what was loaded');
    case 'load-checkpoint':
      return t('Restore model, optimizer and epoch, then freeze the model for inference');
    case 'load-model':
      return t('Load the whole pickled model');
    case 'save-parameters':
      return t('Save the parameters: recommended');
    case 'save-checkpoint':
      return t('Save a checkpoint with model, optimizer and epoch');
    case 'save-model':
      return t('Save the whole model, and why not to');
    case 'map-location-string':
      return t('map_location as a string');
    case 'map-location-device':
      return t('map_location as a torch.device');
    case 'map-location-dict':
      return t('map_location as a dict from each device in the file');
    case 'map-location-lambda':
      return t('map_location as a lambda');
    case 'map-location-none':
      return t('No map_location: each tensor goes back to the device that it was saved on');
    case 'weights-only':
      return t('weights_only=True, with the add_safe_globals that the file needs');
    case 'mmap-assign':
      return t('mmap=True and assign=True on the meta device: for big files');
    case 'to-device':
      return t('Move model and input with .to(device)');
    case 'cuda':
      return t('Move model and input with .cuda() where there is a GPU');
  }
}

/** Names that a sentence lists. */
const mostNames = 3;

/** Why a file cannot have a snippet. */
export function snippetObstacleText(obstacle: SnippetObstacle, t: Translate): string {
  switch (obstacle.code) {
    case 'container':
      return t('torch.load does not read this kind of file ({0}).', containerName(obstacle.container, t));
    case 'compressed':
      return t('torch.load does not read a compressed file: unpack it first.');
    case 'dangerous':
      return t('Loading this file could run programs: it names {0}.', namesText(obstacle.names));
    case 'no-state-dict':
      return t('The file holds no state dict and no model.');
    case 'no-module':
      return t('The file holds no whole model.');
    case 'no-checkpoint':
      return t('The file holds no optimizer beside a model.');
    case 'weights-only-refuses':
      return t('weights_only=True refuses this file whatever is allowed: {0}.', namesText(obstacle.names));
    case 'no-pickle':
      return t('A safetensors file holds no pickle: there is nothing to allow.');
    case 'no-mmap':
      return t('Only a ZIP file can be mapped into memory; this one is {0}.', containerName(obstacle.container, t));
    case 'is-module':
      return t('The model itself is in the file: it is not made first.');
    case 'no-devices':
      return t('A safetensors file records no devices.');
    case 'already-there':
      return t('Everything in the file is saved on {0} already.', obstacle.device);
    case 'no-lambda':
      return t('A lambda moves storages to the CPU or a CUDA device, not to {0}.', obstacle.device);
    case 'not-cuda':
      return t('.cuda() moves to CUDA devices alone, not to {0}.', obstacle.device);
    case 'scripted':
      return t('torch.save takes no TorchScript model: it is saved with model.save().');
    case 'jit-map-location':
      return t('torch.jit.load takes map_location as a string or a torch.device only.');
  }
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(', ');
  return names.length > mostNames ? `${shown}, …` : shown;
}
