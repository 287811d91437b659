/** How one library's names of an architecture become another's: every rule is tried in turn on the whole key. */
export interface NameTable {
  /** Name of the architecture. */
  readonly family: string;
  readonly from: string;
  readonly to: string;
  readonly rules: readonly (readonly [pattern: RegExp, text: string])[];
}

/** The names of both sides stand in the tests. */
export const nameTables: readonly NameTable[] = [
  {
    family: 'densenet',
    from: 'torchvision 0.2',
    to: 'torchvision',
    rules: [[/^(.*denselayer\d+\.(?:norm|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$/, '$1$2']],
  },
  {
    family: 'vit',
    from: 'torchvision',
    to: 'timm',
    rules: [
      [/^class_token$/, 'cls_token'],
      [/^conv_proj\./, 'patch_embed.proj.'],
      [/^encoder\.pos_embedding$/, 'pos_embed'],
      [/^encoder\.ln\./, 'norm.'],
      [/^heads\.head\./, 'head.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.ln_1\./, 'blocks.$1.norm1.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.ln_2\./, 'blocks.$1.norm2.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.self_attention\.in_proj_/, 'blocks.$1.attn.qkv.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.self_attention\.out_proj\./, 'blocks.$1.attn.proj.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.mlp\.(?:0|linear_1)\./, 'blocks.$1.mlp.fc1.'],
      [/^encoder\.layers\.encoder_layer_(\d+)\.mlp\.(?:3|linear_2)\./, 'blocks.$1.mlp.fc2.'],
    ],
  },
  {
    family: 'vit',
    from: 'timm',
    to: 'torchvision',
    rules: [
      [/^cls_token$/, 'class_token'],
      [/^patch_embed\.proj\./, 'conv_proj.'],
      [/^pos_embed$/, 'encoder.pos_embedding'],
      [/^norm\./, 'encoder.ln.'],
      [/^head\./, 'heads.head.'],
      [/^blocks\.(\d+)\.norm1\./, 'encoder.layers.encoder_layer_$1.ln_1.'],
      [/^blocks\.(\d+)\.norm2\./, 'encoder.layers.encoder_layer_$1.ln_2.'],
      [/^blocks\.(\d+)\.attn\.qkv\./, 'encoder.layers.encoder_layer_$1.self_attention.in_proj_'],
      [/^blocks\.(\d+)\.attn\.proj\./, 'encoder.layers.encoder_layer_$1.self_attention.out_proj.'],
      [/^blocks\.(\d+)\.mlp\.fc1\./, 'encoder.layers.encoder_layer_$1.mlp.0.'],
      [/^blocks\.(\d+)\.mlp\.fc2\./, 'encoder.layers.encoder_layer_$1.mlp.3.'],
    ],
  },
];

/** The name that a table gives a key; null when none of its rules is meant. */
export function renamedBy({ rules }: NameTable, key: string): string | null {
  const rule = rules.find(([pattern]) => pattern.test(key));
  return rule === undefined ? null : key.replace(...rule);
}
