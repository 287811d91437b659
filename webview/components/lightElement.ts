import { LitElement } from 'lit';

/**
 * A component without a shadow root: one style sheet serves all, the icon font reaches everywhere, and ARIA references
 * cross from one component to the next.
 */
export class LightElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
