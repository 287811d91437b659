/** The layers of a file that can be replaced, for the pane that does so. */
export interface LayersView {
  /** At most `mostLayers`; the one that is meant among them. */
  readonly layers: readonly LayerView[];
  readonly count: number;
  /** `LayerView.layer` of the one that a row stands for; null where the file has none. */
  readonly meant: number | null;
}

export interface LayerView {
  /** Its place among all layers of the file: what an intent names it by. */
  readonly layer: number;
  /** `model_state_dict.fc`; of a layer that is the whole file, words. No two are the same. */
  readonly key: string;
  /** As code names it: `fc`; '' where the layer is the whole dict or module. */
  readonly name: string;
  /** `Linear 512 → 1000`; '' where the weights do not say. */
  readonly description: string;
  /** `nn.Linear(512, 1000)`; '' for a layer that cannot be written so. */
  readonly call: string;
}

/** Layers that a list of them names. */
export const mostLayers = 2_000;
