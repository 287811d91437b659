import type { Plan } from './plan';
import { freezesModules } from './scriptModel';

/** How a model's answer becomes a loss, and a rate of right answers. */
interface Answer {
  readonly batch: string;
  readonly loss: readonly string[];
  /** Null where there is no such rate. */
  readonly accuracy: string | null;
}

const criterion = 'criterion = nn.CrossEntropyLoss()';

function answerOf({ model, groups }: Plan): Answer {
  const keys = groups.flatMap(({ layers }) => layers.map(({ name }) => name));
  const hasAuxiliary = keys.some((name) => /^(?:aux1|AuxLogits)\./.test(name));
  const plain = (output: string): Answer => ({
    batch: 'data, target',
    loss: [`loss = criterion(${output}, target.to(device))`],
    accuracy: 'model(data.to(device))',
  });
  if (model?.task === 'detection') {
    return {
      batch: 'images, targets',
      loss: [
        'images = [image.to(device) for image in images]',
        'targets = [{name: value.to(device) for name, value in target.items()} for target in targets]',
        'loss = sum(model(images, targets).values())',
      ],
      accuracy: null,
    };
  }
  if (model?.task === 'segmentation') {
    return { ...plain('model(data.to(device))["out"]'), accuracy: 'model(data.to(device))["out"]' };
  }
  return plain(hasAuxiliary && model !== null ? 'model(data.to(device)).logits' : 'model(data.to(device))');
}

/** The function that trains, and how it is called. */
export function trainLines(plans: readonly Plan[]): readonly string[] {
  const [first] = plans;
  if (first === undefined) {
    return [];
  }
  const { batch, loss } = answerOf(first);
  const isFrozen = plans.some(freezesModules);
  return [
    `def train(${parametersOf(plans)}, batches, epochs=1):`,
    ...(loss.some((line) => line.includes('criterion')) ? [`    ${criterion}`] : []),
    '    for epoch in range(epochs):',
    '        model.train()',
    ...(isFrozen
      ? ['        for module in frozen:', '            module.eval()  # or its BatchNorm statistics would move']
      : []),
    `        for ${batch} in batches:`,
    ...loss.map((line) => `            ${line}`),
    '            optimizer.zero_grad()',
    '            loss.backward()',
    '            optimizer.step()',
    '        print(f"epoch {epoch + 1}: loss {loss.item():.4f}")',
    '    return loss.item()',
  ];
}

/** What is handed from one function to the next. */
export function parametersOf(plans: readonly Plan[]): string {
  return plans.some(freezesModules) ? 'model, frozen, optimizer' : 'model, optimizer';
}

/** Functions that train each plan in turn and print a table. */
export function compareParagraphs(plans: readonly Plan[]): readonly (readonly string[])[] {
  const [first] = plans;
  const accuracy = first === undefined ? null : answerOf(first).accuracy;
  const handed = parametersOf(plans);
  const columns = accuracy === null ? '' : " {'accuracy':>9}";
  const figures = accuracy === null ? '' : ' {accuracy(model, validation):>9.1%}';
  const compare = [
    `def compare(batches, ${accuracy === null ? '' : 'validation, '}epochs=1):`,
    '    rows = []',
    '    for name, plan in plans.items():',
    '        print(name)',
    `        ${handed} = plan()`,
    `        loss = train(${handed}, batches, epochs)`,
    '        trained = sum(p.numel() for p in model.parameters() if p.requires_grad)',
    `        rows.append(f"{name:<24} {trained:>12,} {loss:>9.4f}${figures}")`,
    `    print(f"{'plan':<24} {'trained':>12} {'loss':>9}${columns}")`,
    '    print("\\n".join(rows))',
  ];
  return accuracy === null ? [compare] : [accuracyLines(accuracy), compare];
}

function accuracyLines(output: string): readonly string[] {
  return [
    '@torch.no_grad()',
    'def accuracy(model, batches):',
    '    model.eval()',
    '    right, count = 0, 0',
    '    for data, target in batches:',
    `        answer = ${output}.argmax(1)`,
    '        right += (answer == target.to(device)).sum().item()',
    '        count += target.numel()',
    '    return right / count',
  ];
}
