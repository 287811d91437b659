import { nothing } from 'lit';
import { directive, Directive, PartType, type ElementPart, type PartInfo } from 'lit/directive.js';

type Values = Readonly<Record<string, string | number | null>>;

/** Sets style properties through the object model: the content security policy forbids style attributes, so `styleMap` too. */
class StyleValues extends Directive {
  #set: Values = {};

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) {
      throw new Error('styleValues stands in the element itself: <div ${styleValues(…)}>');
    }
  }

  override render(values: Values): unknown {
    this.#set = values;
    return nothing;
  }

  override update(part: ElementPart, [values]: [Values]): unknown {
    const { element } = part;
    if (element instanceof HTMLElement) {
      for (const [name, value] of Object.entries(values)) {
        if (this.#set[name] === value) {
          continue;
        }
        if (value === null) {
          element.style.removeProperty(name);
        } else {
          element.style.setProperty(name, String(value));
        }
      }
      this.#set = values;
    }
    return nothing;
  }
}

export const styleValues = directive(StyleValues);
