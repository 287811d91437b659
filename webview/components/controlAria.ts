import { nothing } from 'lit';
import { directive, Directive, type ElementPart } from 'lit/directive.js';

type Attributes = Readonly<Record<string, string | null>>;

/**
 * Sets ARIA attributes on the native control inside a toolkit element. On the element itself, which has no role, most of
 * them are not allowed, and the toolkit puts labels of its own there.
 */
class ControlAria extends Directive {
  #attributes: Attributes = {};

  override render(attributes: Attributes): unknown {
    this.#attributes = attributes;
    return nothing;
  }

  override update({ element }: ElementPart, [attributes]: [Attributes]): unknown {
    // The control is there once the element stands in the page, which is right after this update.
    queueMicrotask(() => {
      this.#set(element);
    });
    // A text field puts a label of its own there in the frame after it was made.
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        this.#set(element);
      });
    });
    return this.render(attributes);
  }

  #set(element: Element): void {
    const control = element.shadowRoot?.querySelector('[part=control]');
    for (const [name, value] of Object.entries(this.#attributes)) {
      if (value === null) {
        control?.removeAttribute(name);
      } else {
        control?.setAttribute(name, value);
      }
    }
  }
}

export const controlAria = directive(ControlAria);
