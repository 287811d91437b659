/** Python that makes a model with published weights, and what its images have to go through. It downloads what is not cached. */
export function pretrainedCode(builder: string, weights: string): string {
  const dot = builder.lastIndexOf('.');
  const [module, name] = [builder.slice(0, dot), builder.slice(dot + 1)];
  const [enumeration = weights] = weights.split('.');
  // Weights of a quantized model fit that model only once it is one.
  const quantize = module.endsWith('.quantization') ? ', quantize=True' : '';
  return [
    `from ${module} import ${enumeration}, ${name}`,
    '',
    `weights = ${weights}`,
    `model = ${name}(weights=weights${quantize})`,
    'preprocess = weights.transforms()',
    '',
  ].join('\n');
}
