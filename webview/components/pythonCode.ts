import { html, type TemplateResult } from 'lit';
import { iconButton } from './controls';
import { t } from '../strings';

const tokens =
  /(?<comment>#.*)|(?<string>b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)*')|(?<boolean>\b(?:True|False|None)\b)|(?<keyword>\b(?:import|from|for|in|if|as|def|return|yield|elif|else|and|or|not|is|with|del|while|lambda)\b)|(?<number>(?<![\w.])-?\d[\w.]*)/g;

interface Piece {
  readonly text: string;
  readonly token: string | null;
}

/** Splits into what the Variables view would colour and the rest. */
export function pythonPieces(code: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of code.matchAll(tokens)) {
    if (match.index > at) {
      pieces.push({ text: code.slice(at, match.index), token: null });
    }
    const groups: Readonly<Record<string, string | undefined>> = match.groups ?? {};
    const token = Object.keys(groups).find((name) => groups[name] !== undefined) ?? null;
    pieces.push({ text: match[0], token });
    at = match.index + match[0].length;
  }
  if (at < code.length) {
    pieces.push({ text: code.slice(at), token: null });
  }
  return pieces;
}

const tokenClasses: Readonly<Record<string, string>> = {
  comment: 'dim',
  string: 'v-str',
  boolean: 'v-bool',
  keyword: 'v-kw',
  number: 'v-num',
};

/** Python in the colours of the Variables view. */
export function pythonText(code: string): readonly (string | TemplateResult)[] {
  return pythonPieces(code).map(({ text, token }) =>
    token === null ? text : html`<span class=${tokenClasses[token] ?? ''}>${text}</span>`,
  );
}

/** A block of Python or of a command line with a button that copies it. */
export function codeBlock(code: string, onCopy: (code: string) => void): TemplateResult {
  return html`<div class="code pad">
    <code>${pythonText(code)}</code>${iconButton({
      icon: 'copy',
      label: t('Copy'),
      onClick: () => {
        onCopy(code);
      },
    })}
  </div>`;
}
