import { safeGlobals } from '../audit/safeGlobals';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { parseDevice } from '../edit/deviceNames';
import { moduleOf, optimizerOf, stateDictOf } from './contents';
import type { SnippetKind, SnippetObstacle } from './kinds';
import { loadObstacle } from './loading';

/**
 * Why a file cannot have a snippet; null where it can.
 * @param device that the snippet is to load to.
 */
export function obstacleOf(checkpoint: Checkpoint, kind: SnippetKind, device = 'cpu'): SnippetObstacle | null {
  const general = loadObstacle(checkpoint);
  if (general !== null) {
    return general;
  }
  switch (kind) {
    case 'load-state-dict':
    case 'load-filtered':
    case 'load-not-strict':
    case 'save-parameters':
    case 'save-checkpoint':
    case 'to-device':
      return weightsObstacle(checkpoint);
    case 'save-model':
      return checkpoint.container.kind === 'torchscript' ? { code: 'scripted' } : weightsObstacle(checkpoint);
    case 'cuda':
      return cudaObstacle(checkpoint, device);
    case 'load-checkpoint':
      return checkpointObstacle(checkpoint);
    case 'load-model':
      return moduleOf(checkpoint) === null ? { code: 'no-module' } : null;
    case 'map-location-string':
    case 'map-location-device':
    case 'map-location-dict':
    case 'map-location-lambda':
    case 'map-location-none':
      return locationObstacle(checkpoint, kind, device);
    case 'weights-only':
      return weightsOnlyObstacle(checkpoint);
    case 'mmap-assign':
      return mmapObstacle(checkpoint);
  }
}

function hasWeights(checkpoint: Checkpoint): boolean {
  return stateDictOf(checkpoint) !== null || moduleOf(checkpoint) !== null;
}

function weightsObstacle(checkpoint: Checkpoint): SnippetObstacle | null {
  return hasWeights(checkpoint) ? null : { code: 'no-state-dict' };
}

/** `cpu` is where a model is before it is moved. */
function cudaObstacle(checkpoint: Checkpoint, device: string): SnippetObstacle | null {
  const type = parseDevice(device)?.type;
  if (type !== 'cuda' && type !== 'cpu') {
    return { code: 'not-cuda', device };
  }
  return weightsObstacle(checkpoint);
}

function checkpointObstacle(checkpoint: Checkpoint): SnippetObstacle | null {
  const isOne = checkpoint.kind === 'training-checkpoint' || checkpoint.kind === 'lightning';
  return isOne && hasWeights(checkpoint) && optimizerOf(checkpoint) !== null ? null : { code: 'no-checkpoint' };
}

type LocationKind = Extract<SnippetKind, `map-location-${string}`>;

function locationObstacle(checkpoint: Checkpoint, kind: LocationKind, device: string): SnippetObstacle | null {
  const { container, summary } = checkpoint;
  if (container.kind === 'safetensors') {
    return kind === 'map-location-string' ? null : { code: 'no-devices' };
  }
  const isPlain = kind === 'map-location-string' || kind === 'map-location-device' || kind === 'map-location-none';
  if (container.kind === 'torchscript' && !isPlain) {
    return { code: 'jit-map-location' };
  }
  if (kind === 'map-location-dict' && [...summary.devices.keys()].every((tag) => tag === device)) {
    return { code: 'already-there', device };
  }
  const type = parseDevice(device)?.type;
  return kind === 'map-location-lambda' && type !== 'cpu' && type !== 'cuda' ? { code: 'no-lambda', device } : null;
}

function weightsOnlyObstacle(checkpoint: Checkpoint): SnippetObstacle | null {
  const { container, weightsOnly } = checkpoint;
  if (container.kind === 'safetensors') {
    return { code: 'no-pickle' };
  }
  if (container.kind === 'torchscript') {
    return { code: 'container', container: container.kind };
  }
  if (weightsOnly.loads || safeGlobals(checkpoint) !== null) {
    return null;
  }
  return { code: 'weights-only-refuses', names: weightsOnly.blockers.map(({ name }) => name) };
}

function mmapObstacle(checkpoint: Checkpoint): SnippetObstacle | null {
  const { kind } = checkpoint.container;
  if (kind !== 'zip' && kind !== 'safetensors') {
    return { code: 'no-mmap', container: kind };
  }
  if (stateDictOf(checkpoint) !== null) {
    return null;
  }
  return moduleOf(checkpoint) === null ? { code: 'no-state-dict' } : { code: 'is-module' };
}
