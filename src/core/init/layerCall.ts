import { editError, type EditError } from '../edit/editError';
import { argumentText, isLayerKind, layerSpec, signatures, type Argument, type LayerSpec } from './layerSpec';

export interface LayerCall {
  /** What stands before `=`, with dots alone: `model.layer1.0.conv1`; null where there is none. */
  readonly target: string | null;
  readonly spec: LayerSpec;
}

/**
 * `fc = nn.Linear(2048, 120)`, `model.features[0] = torch.nn.Conv2d(3, 64, kernel_size=5)`, `Linear(2, 3)`: parsed, and never
 * evaluated.
 * @throws EditError `edit-invalid` for anything else, and for a layer that torch would not make.
 */
export function parseLayerCall(text: string): LayerCall {
  return new CallParser(text).parse();
}

/** The shortest call that makes a layer: `nn.Conv2d(3, 64, kernel_size=(5, 5), bias=False)`. */
export function layerText({ kind, arguments: all }: LayerSpec): string {
  const given = signatures[kind].flatMap(({ name, type, default: usual }, index) => {
    const value = all[name] ?? null;
    if (usual !== undefined && isUsual(value, usual)) {
      return [];
    }
    const text = argumentText(short(value), type);
    return [usual === undefined && index < 2 ? text : `${name}=${text}`];
  });
  return `nn.${kind}(${given.join(', ')})`;
}

/** `5` for `(5, 5)`. */
function short(value: Argument): Argument {
  const list = typeof value === 'object' && value !== null ? value : [];
  const [first] = list;
  return first !== undefined && list.every((size) => size === first) ? first : value;
}

function isUsual(value: Argument, usual: Argument): boolean {
  return value === usual || short(value) === usual;
}

/** Characters of a call. The longest that people write have some 200. */
const longestCall = 10_000;
const token =
  /\s*(?:([A-Za-z_]\w*)|((?:\d[\d_]*)?\.?\d+(?:[eE][+-]?\d+)?|\d[\d_]*\.?)|('[^'\\\n]*'|"[^"\\\n]*")|([()[\],=-]))/y;

interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'sign';
  readonly text: string;
  readonly at: number;
}

/** `target = callee(` */
const head = /^\s*(?:([^=(]*?)\s*=\s*)?([\w.]*)\s*\(/;
const targetForm = /^[A-Za-z_]\w*(?:\.\w+|\[\s*\d+\s*\]|\[\s*(?:'[^']*'|"[^"]*")\s*\])*$/;

class CallParser {
  private tokens: readonly Token[] = [];
  private next = 0;

  constructor(private readonly text: string) {}

  parse(): LayerCall {
    const [all, target, callee = ''] = head.exec(this.text.slice(0, longestCall)) ?? [];
    if (target !== undefined && !targetForm.test(target)) {
      throw this.invalid(0);
    }
    if (all === undefined || callee === '') {
      throw this.invalid();
    }
    const kind = /^(?:(?:torch\.)?nn\.(?:modules\.\w+\.)?)?(\w+)$/.exec(callee)?.[1] ?? callee;
    if (!isLayerKind(kind)) {
      throw editError('edit-invalid', 'unknown-layer', [], callee);
    }
    this.tokens = this.split(all.length);
    const given = this.arguments(kind);
    if (this.next < this.tokens.length) {
      throw this.invalid();
    }
    return { target: target === undefined ? null : dotted(target), spec: layerSpec(kind, given) };
  }

  private arguments(kind: LayerSpec['kind']): Readonly<Record<string, Argument>> {
    const given = new Map<string, Argument>();
    const placed = signatures[kind].filter(({ keywordOnly = false }) => !keywordOnly);
    let hasKeyword = false;
    for (let index = 0; !this.takes(')'); index++) {
      if (index > 0) {
        this.expect(',');
        if (this.takes(')')) {
          break;
        }
      }
      const keyword = this.keyword();
      hasKeyword ||= keyword !== null;
      const name = keyword ?? (hasKeyword ? undefined : placed[index]?.name);
      if (name === undefined || given.has(name)) {
        throw editError('edit-invalid', 'unknown-argument', [], name ?? this.restOfArgument(), kind);
      }
      given.set(name, this.value());
    }
    return Object.fromEntries(given);
  }

  private keyword(): string | null {
    const [name, sign] = this.tokens.slice(this.next, this.next + 2);
    if (name?.kind !== 'name' || sign?.text !== '=') {
      return null;
    }
    this.next += 2;
    return name.text;
  }

  private value(): Argument {
    if (this.takes('(')) {
      return this.list(')');
    }
    if (this.takes('[')) {
      return this.list(']');
    }
    const found = this.tokens[this.next];
    if (found?.kind === 'text') {
      this.next++;
      return found.text.slice(1, -1);
    }
    const constant = found?.kind === 'name' ? constants.get(found.text) : undefined;
    if (constant !== undefined) {
      this.next++;
      return constant;
    }
    return this.number();
  }

  private number(): number {
    const start = this.next;
    const isNegative = this.takes('-');
    const found = this.tokens[this.next];
    if (found?.kind === 'name') {
      this.next = start;
      throw editError('edit-invalid', 'not-a-literal', [], this.restOfArgument());
    }
    if (found?.kind !== 'number') {
      throw this.invalid();
    }
    this.next++;
    return (isNegative ? -1 : 1) * Number(found.text.replaceAll('_', ''));
  }

  private list(close: string): readonly number[] {
    const items: number[] = [];
    while (!this.takes(close)) {
      items.push(this.number());
      if (!this.takes(',')) {
        this.expect(close);
        break;
      }
    }
    return items;
  }

  private restOfArgument(): string {
    const start = this.tokens[this.next]?.at ?? this.text.length;
    return /^[^,)]*/.exec(this.text.slice(start))?.[0].trim() ?? '';
  }

  private takes(sign: string): boolean {
    const found = this.tokens[this.next];
    const isIt = found?.kind === 'sign' && found.text === sign;
    this.next += isIt ? 1 : 0;
    return isIt;
  }

  private expect(sign: string): void {
    if (!this.takes(sign)) {
      throw this.invalid();
    }
  }

  private split(from: number): readonly Token[] {
    const tokens: Token[] = [];
    const text = this.text.slice(0, longestCall).trimEnd();
    token.lastIndex = from;
    while (token.lastIndex < text.length) {
      const start = token.lastIndex;
      const [, name, number, quoted, sign] = token.exec(text) ?? [];
      const found = name ?? number ?? quoted ?? sign;
      if (found === undefined) {
        throw editError('edit-invalid', 'bad-layer-call', [], text, start + 1);
      }
      const kind =
        name !== undefined ? 'name' : number !== undefined ? 'number' : quoted !== undefined ? 'text' : 'sign';
      tokens.push({ kind, text: found, at: token.lastIndex - found.length });
    }
    return tokens;
  }

  private invalid(at = this.tokens[this.next]?.at ?? this.text.length): EditError {
    return editError('edit-invalid', 'bad-layer-call', [], this.text.slice(0, longestCall), at + 1);
  }
}

/** `a.b[0].c` as `a.b.0.c`. */
function dotted(target: string): string {
  return target.replace(/\[\s*["']?([^\]"']*?)["']?\s*\]/g, '.$1');
}

const constants: ReadonlyMap<string, Argument> = new Map<string, Argument>([
  ['True', true],
  ['False', false],
  ['None', null],
]);
