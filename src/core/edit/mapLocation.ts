import { stringLiteral } from '../checkpoint/pythonText';
import { deviceText, parseDevice } from './deviceNames';
import type { Value } from '../pickle/values';
import { editError, EditError } from './editError';
import type { DeviceTarget } from './operations';
import { parseLiteral } from './pythonLiteral';
import { dictPairs } from './literalText';

/** The ways in which people write `map_location`. */
export type MapLocationForm = 'none' | 'device' | 'string' | 'storage' | 'cuda' | 'dict';

export interface MapLocation {
  readonly form: MapLocationForm;
  /** What it means for the tags in a file; null leaves them alone. */
  readonly target: DeviceTarget | null;
}

const name = '[A-Za-z_]\\w*';
const keyword = /^(?:[\s\S]*?\bmap_location\s*=(?!=))\s*/;
const deviceCall =
  /^(?:torch\s*\.\s*)?device\s*\(\s*(?:type\s*=\s*)?(['"])([^'"]*)\1\s*(?:,\s*(?:index\s*=\s*)?(\d+)\s*)?,?\s*\)$/;
const lambda = new RegExp(`^lambda\\s+(${name})\\s*,\\s*${name}\\s*:\\s*(${name})\\s*([\\s\\S]*)$`);
const toCuda = /^\.\s*cuda\s*\(\s*(?:device\s*=\s*)?(?:(\d+)|(['"])([^'"]*)\2)?\s*\)$/;
const toCpu = /^\.\s*cpu\s*\(\s*\)$/;

/**
 * What a pasted `map_location` means, with or without the call around it. Read as text: nothing of it is run.
 * @throws EditError `edit-invalid` for anything else.
 */
export function parseMapLocation(pasted: string): MapLocation {
  const text = expressionOf(pasted);
  if (text === '' || text === 'None') {
    return { form: 'none', target: null };
  }
  const found = ofDevice(text) ?? ofLambda(text) ?? ofDict(text) ?? ofString(text);
  if (found === null) {
    throw invalid(pasted);
  }
  return found;
}

function invalid(pasted: string): Error {
  return editError('edit-invalid', 'bad-map-location', [], pasted.slice(0, 200));
}

/** Of `torch.load("f.pt", map_location=…, weights_only=True)` the value alone. */
function expressionOf(pasted: string): string {
  const text = pasted.trim();
  const start = keyword.exec(text)?.[0].length;
  if (start === undefined) {
    return /^torch\s*\.\s*load\s*\(/.test(text) ? '' : text.replace(/[,;]$/, '').trim();
  }
  const rest = text.slice(start);
  const isLambda = /^lambda\b/.test(rest);
  return rest.slice(0, endOfArgument(rest, isLambda)).replace(/[,;]$/, '').trim();
}

/** Position behind an argument: at the comma or bracket that ends it. A lambda has commas before its colon. */
function endOfArgument(text: string, isLambda: boolean): number {
  let depth = 0;
  let quote = '';
  let head = isLambda;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at);
    if (quote !== '') {
      quote = sign === quote ? '' : quote;
    } else if (sign === '"' || sign === "'") {
      quote = sign;
    } else if ('([{'.includes(sign)) {
      depth++;
    } else if (')]}'.includes(sign)) {
      if (depth === 0) {
        return at;
      }
      depth--;
    } else if (sign === ':' && depth === 0) {
      head = false;
    } else if (sign === ',' && depth === 0 && !head) {
      return at;
    }
  }
  return text.length;
}

function all(form: MapLocationForm, device: string): MapLocation | null {
  const parsed = parseDevice(device);
  return parsed === null ? null : { form, target: { kind: 'all', device: deviceText(parsed) } };
}

function ofDevice(text: string): MapLocation | null {
  const [match, , type = '', index] = deviceCall.exec(text) ?? [];
  return match === undefined ? null : all('device', index === undefined ? type : `${type}:${String(Number(index))}`);
}

/** What the storage that torch has read (on the CPU) is made into. */
function ofLambda(text: string): MapLocation | null {
  const [, storage, used, call = ''] = lambda.exec(text) ?? [];
  if (storage === undefined || used !== storage) {
    return null;
  }
  const action = call.trim();
  if (action === '' || toCpu.test(action)) {
    return all('storage', 'cpu');
  }
  const cuda = toCuda.exec(action);
  if (cuda === null) {
    return null;
  }
  const [, index = '0', , device] = cuda;
  return all('cuda', device ?? `cuda:${String(Number(index))}`);
}

function ofDict(text: string): MapLocation | null {
  const pairs = text.startsWith('{') ? dictPairs(literalOf(text)) : null;
  if (pairs === null) {
    return null;
  }
  const map: Record<string, string> = {};
  for (const [from, to] of pairs) {
    if (parseDevice(to) === null) {
      throw editError('edit-invalid', 'bad-device', [], to);
    }
    Object.defineProperty(map, from, { value: to, enumerable: true, configurable: true, writable: true });
  }
  return { form: 'dict', target: { kind: 'map', map } };
}

/** None for what is no literal: no dict either. */
function literalOf(text: string): Value {
  try {
    return parseLiteral(text);
  } catch (error) {
    if (error instanceof EditError) {
      return null;
    }
    throw error;
  }
}

function ofString(text: string): MapLocation | null {
  const [, , quoted] = /^(['"])([^'"]*)\1$/.exec(text) ?? [];
  return all('string', quoted ?? text);
}

/** The Python that says the same, in one of the forms; null where the form cannot say it. */
export function writeMapLocation(form: MapLocationForm, target: DeviceTarget | null): string | null {
  if (target === null) {
    return form === 'none' ? 'None' : null;
  }
  if (target.kind === 'map') {
    const pairs = Object.entries(target.map).map(([from, to]) => `${stringLiteral(from)}: ${stringLiteral(to)}`);
    return form === 'dict' ? `{${pairs.join(', ')}}` : null;
  }
  const device = parseDevice(target.device);
  switch (form) {
    case 'string':
      return stringLiteral(target.device);
    case 'device':
      return `torch.device(${stringLiteral(target.device)})`;
    case 'storage':
      return device?.type === 'cpu' ? 'lambda storage, loc: storage' : null;
    case 'cuda':
      return device?.type === 'cuda' ? `lambda storage, loc: storage.cuda(${String(device.index ?? 0)})` : null;
    case 'none':
    case 'dict':
      return null;
  }
}
