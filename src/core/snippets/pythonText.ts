import { script } from './layout';
import type { Lines } from './loading';

/** A script in the making, paragraph by paragraph. */
export class PythonText {
  private readonly imports: string[] = [];
  private readonly paragraphs: (readonly string[])[] = [];

  import(...lines: readonly string[]): this {
    this.imports.push(...lines);
    return this;
  }

  /** A paragraph: an empty line comes before it. */
  add(...parts: readonly (string | Lines)[]): this {
    const lines = parts.flatMap((part) => {
      if (typeof part === 'string') {
        return [part];
      }
      this.imports.push(...part.imports);
      return part.lines;
    });
    this.paragraphs.push(lines);
    return this;
  }

  toString(): string {
    return script(this.imports, this.paragraphs);
  }
}
