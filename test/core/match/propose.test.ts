import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { match, type Confidence, type Proposal, type Rename } from '../../../src/core/match/match';
import { propose } from '../../../src/core/match/propose';
import { layer, prefixed, resnet, source, target, type Named } from './support';

/** `kind from → to (confidence, reason) keys` of each proposal. */
function texts(proposals: readonly Proposal[]): string[] {
  return proposals.map(({ kind, from, to, confidence, reason, renames }) =>
    `${kind} ${from} → ${to} (${confidence}, ${reason.code}) ${String(renames.length)}`.replace(/ +/g, ' '),
  );
}

const proposed = (from: readonly Named[], to: readonly Named[]): string[] => texts(propose(source(from), target(to)));

const confidences = (proposals: readonly Proposal[]): Confidence[] => proposals.map(({ confidence }) => confidence);

describe('prefixes', () => {
  test.each([
    ['module.', 'wrapper'],
    ['_orig_mod.', 'wrapper'],
    ['module._orig_mod.', 'wrapper'],
    ['_orig_mod.module.', 'wrapper'],
    ['_fsdp_wrapped_module.', 'wrapper'],
    ['model.', 'wrapper'],
    ['backbone.', 'same-endings'],
  ])('%s before every key is stripped, or added', (prefix, reason) => {
    const [bare, wrapped] = [resnet(), prefixed(resnet(), prefix)];
    const count = String(bare.length);
    expect(proposed(wrapped, bare)).toEqual([`strip ${prefix} → (certain, ${reason}) ${count}`]);
    expect(proposed(bare, wrapped)).toEqual([`add → ${prefix} (certain, ${reason}) ${count}`]);
  });

  test('a head of another size has the prefix too: it is a mismatch then', () => {
    const [proposal] = propose(source(resnet(1000)), target(prefixed(resnet(7), 'backbone.')));
    expect(proposal?.renames).toContainEqual({ from: 'fc.weight', to: 'backbone.fc.weight' });
    expect(proposal?.confidence).toBe('certain');
  });

  test('of two networks that both fit neither is certain; a refused one leaves the place to the other', () => {
    const from = source([...prefixed(resnet(), 'encoder_q.'), ...prefixed(resnet(), 'encoder_k.')]);
    const [first, ...others] = propose(from, target(resnet()));
    expect(first).toMatchObject({ kind: 'strip', from: 'encoder_q.', confidence: 'possible' });
    expect(others).toEqual([]);
    const again = propose(from, target(resnet()), { refused: new Set([first?.id ?? '']) });
    expect(texts(again)).toEqual([`strip encoder_k. → (possible, same-endings) ${String(resnet().length)}`]);
  });

  test('where fewer than nine keys of ten agree it is likely at most; where no shape does it is none', () => {
    const part = (count: number): Named[] =>
      resnet().map(([key, ...shape], index) => (index < count ? [key, ...shape] : [key, 5, 5]));
    const of = (keys: readonly Named[]): Confidence[] =>
      confidences(propose(source(prefixed(keys, 'm.')), target(resnet())));
    const count = resnet().length;
    expect(of(part(count - 1))).toEqual(['certain']);
    expect(of(part(count - 3))).toEqual(['likely']);
    expect(of(part(0))).toEqual([]);
    // Deeper, and the file has all of it.
    expect(confidences(propose(source(prefixed(resnet(10, 8), 'm.')), target(resnet(10, 2))))).toEqual(['certain']);
  });

  test('shapes that are not known are never certain', () => {
    const model = { ...target([]), keys: resnet().map(([key]) => ({ key, shape: null, dtype: null })) };
    expect(confidences(propose(source(prefixed(resnet(), 'module.')), model))).toEqual(['possible']);
  });
});

describe('other names', () => {
  test('gamma and beta of a norm', () => {
    const from: Named[] = [
      ['ln.gamma', 6],
      ['ln.beta', 6],
    ];
    expect(proposed(from, layer.norm('ln', 6))).toEqual(['names gamma, beta → weight, bias (certain, known-names) 2']);
    // A scale by itself is no norm's.
    expect(proposed([['block.gamma', 6]], [['block.weight', 6]])).toEqual([]);
  });

  test('one prefix for another', () => {
    const pairs = proposed(prefixed(resnet(), 'backbone.'), prefixed(resnet(), 'encoder.body.'));
    expect(pairs).toEqual([`swap backbone. → encoder.body. (likely, same-order) ${String(resnet().length)}`]);
  });

  test('same layers in the same order, query, key and value by their names', () => {
    const block = (name: string, parts: readonly string[]): Named[] =>
      parts.flatMap((part) => layer.linear(`${name}.${part}`, 8, 8));
    const from = [0, 1].flatMap((index) =>
      block(`encoder.layer.${String(index)}.self`, ['query', 'key', 'value', 'out']),
    );
    const to = [0, 1].flatMap((index) => block(`blocks.${String(index)}.attn`, ['key', 'query', 'value', 'proj']));
    const renames = propose(source(from), target(to)).flatMap((proposal) => proposal.renames);
    expect(renames).toHaveLength(16);
    expect(renames).toContainEqual({ from: 'encoder.layer.1.self.query.weight', to: 'blocks.1.attn.query.weight' });
    expect(renames).toContainEqual({ from: 'encoder.layer.0.self.out.bias', to: 'blocks.0.attn.proj.bias' });
  });

  test('the last Linear of both', () => {
    const from = [...layer.linear('body', 4, 8), ...layer.linear('fc', 8, 102)];
    const to = [...layer.linear('body', 4, 8), ...layer.linear('head', 8, 120)];
    expect(proposed(from, to)).toEqual(['head fc → head (likely, last-layer) 2']);
    expect(proposed(from, [...layer.linear('body', 4, 8), ...layer.linear('head', 9, 120)])).toEqual([]);
  });

  test('vit of torchvision and of timm, both ways', () => {
    const [torchvision, timm] = [vitOfTorchvision(), vitOfTimm()];
    for (const [from, to] of [
      [torchvision, timm],
      [timm, torchvision],
    ] as const) {
      const proposals = propose(source(from), target(to));
      expect(proposals).toMatchObject([{ confidence: 'likely', reason: { code: 'library-names', family: 'vit' } }]);
      const result = match(
        source(from),
        target(to),
        proposals.flatMap(({ renames }) => renames),
      );
      expect(result).toMatchObject({ coverage: 1, missing: [], unexpected: [], mismatched: [] });
    }
  });

  test('convnext of torchvision and of timm: same layers in the same order', () => {
    const proposals = propose(source(convnextOfTorchvision()), target(convnextOfTimm()));
    const renames = proposals.flatMap((proposal) => proposal.renames);
    expect(new Set(confidences(proposals))).toEqual(new Set(['likely']));
    expect(renames).toContainEqual({ from: 'features.1.0.block.3.weight', to: 'stages.0.blocks.0.mlp.fc1.weight' });
    expect(renames).toContainEqual({ from: 'features.1.0.layer_scale', to: 'stages.0.blocks.0.gamma' });
    expect(renames).toHaveLength(convnextOfTimm().length);
  });
});

function vitOfTorchvision(): Named[] {
  const blocks = Array.from({ length: 3 }, (_, index) => {
    const at = `encoder.layers.encoder_layer_${String(index)}`;
    return [
      ...layer.norm(`${at}.ln_1`, 8),
      [`${at}.self_attention.in_proj_weight`, 24, 8],
      [`${at}.self_attention.in_proj_bias`, 24],
      ...layer.linear(`${at}.self_attention.out_proj`, 8, 8),
      ...layer.norm(`${at}.ln_2`, 8),
      ...layer.linear(`${at}.mlp.0`, 8, 32),
      ...layer.linear(`${at}.mlp.3`, 32, 8),
    ] as Named[];
  });
  return [
    ['class_token', 1, 1, 8],
    ['conv_proj.weight', 8, 3, 4, 4],
    ['conv_proj.bias', 8],
    ['encoder.pos_embedding', 1, 17, 8],
    ...blocks.flat(),
    ...layer.norm('encoder.ln', 8),
    ...layer.linear('heads.head', 8, 10),
  ];
}

function vitOfTimm(): Named[] {
  const blocks = Array.from({ length: 3 }, (_, index) => {
    const at = `blocks.${String(index)}`;
    return [
      ...layer.norm(`${at}.norm1`, 8),
      ...layer.linear(`${at}.attn.qkv`, 8, 24),
      ...layer.linear(`${at}.attn.proj`, 8, 8),
      ...layer.norm(`${at}.norm2`, 8),
      ...layer.linear(`${at}.mlp.fc1`, 8, 32),
      ...layer.linear(`${at}.mlp.fc2`, 32, 8),
    ];
  });
  return [
    ['cls_token', 1, 1, 8],
    ['pos_embed', 1, 17, 8],
    ['patch_embed.proj.weight', 8, 3, 4, 4],
    ['patch_embed.proj.bias', 8],
    ...blocks.flat(),
    ...layer.norm('norm', 8),
    ...layer.linear('head', 8, 10),
  ];
}

function convnextOfTorchvision(): Named[] {
  const block = (at: string, features: number): Named[] => [
    [`${at}.layer_scale`, features, 1, 1],
    [`${at}.block.0.weight`, features, 1, 7, 7],
    [`${at}.block.0.bias`, features],
    ...layer.norm(`${at}.block.2`, features),
    ...layer.linear(`${at}.block.3`, features, 4 * features),
    ...layer.linear(`${at}.block.5`, 4 * features, features),
  ];
  return [
    ['features.0.0.weight', 6, 3, 4, 4],
    ['features.0.0.bias', 6],
    ...layer.norm('features.0.1', 6),
    ...block('features.1.0', 6),
    ...block('features.1.1', 6),
    ...layer.norm('features.2.0', 6),
    ['features.2.1.weight', 12, 6, 2, 2],
    ['features.2.1.bias', 12],
    ...block('features.3.0', 12),
    ...layer.norm('classifier.0', 12),
    ...layer.linear('classifier.2', 12, 10),
  ];
}

function convnextOfTimm(): Named[] {
  const block = (at: string, features: number): Named[] => [
    [`${at}.gamma`, features],
    [`${at}.conv_dw.weight`, features, 1, 7, 7],
    [`${at}.conv_dw.bias`, features],
    ...layer.norm(`${at}.norm`, features),
    ...layer.linear(`${at}.mlp.fc1`, features, 4 * features),
    ...layer.linear(`${at}.mlp.fc2`, 4 * features, features),
  ];
  return [
    ['stem.0.weight', 6, 3, 4, 4],
    ['stem.0.bias', 6],
    ...layer.norm('stem.1', 6),
    ...block('stages.0.blocks.0', 6),
    ...block('stages.0.blocks.1', 6),
    ...layer.norm('stages.1.downsample.0', 6),
    ['stages.1.downsample.1.weight', 12, 6, 2, 2],
    ['stages.1.downsample.1.bias', 12],
    ...block('stages.1.blocks.0', 12),
    ...layer.norm('head.norm', 12),
    ...layer.linear('head.fc', 12, 10),
  ];
}

/** Networks with few names and few shapes, so that chance agreements are many. */
const network = fc
  .array(
    fc.record({
      name: fc.array(fc.constantFrom('a', 'b', 'layer1', '0', '1', 'norm'), { minLength: 1, maxLength: 3 }),
      kind: fc.constantFrom('linear' as const, 'conv' as const, 'norm' as const, 'batchNorm' as const),
      inputs: fc.constantFrom(4, 8),
      outputs: fc.constantFrom(4, 8),
    }),
    { minLength: 5, maxLength: 12 },
  )
  .map((layers) => {
    const keys = new Map<string, Named>();
    for (const { name, kind, inputs, outputs } of layers) {
      for (const key of layer[kind](name.join('.'), inputs, outputs)) {
        keys.set(key[0], key);
      }
    }
    return [...keys.values()];
  });

const change = fc.record({
  prefix: fc.constantFrom('module.', 'a.', 'net.b.', 'layer1.'),
  twin: fc.boolean(),
  /** Which keys are left out, and which have another shape. */
  drop: fc.array(fc.nat(40), { maxLength: 3 }),
  reshape: fc.array(fc.nat(40), { maxLength: 6 }),
  shuffle: fc.infiniteStream(fc.nat(1_000)),
});

describe('nothing wrong is certain', () => {
  const certain = (proposals: readonly Proposal[]): Rename[] =>
    proposals.filter(({ confidence }) => confidence === 'certain').flatMap(({ renames }) => [...renames]);

  test('of a network that was wrapped, cut, changed and shuffled, each certain pair is the true one', () => {
    let found = 0;
    const check = fc.property(network, change, fc.boolean(), (keys, { prefix, twin, drop, reshape, shuffle }, adds) => {
      const others = twin ? prefixed(keys, 'ema.') : [];
      const changed = keys
        .filter((_, index) => !drop.includes(index))
        .map((key, index): Named => (reshape.includes(index) ? [key[0], 3, 3] : key));
      const wrapped = [...prefixed(changed, prefix), ...others].sort(() => shuffle.next().value - 500);
      const [from, to] = adds ? [keys, wrapped] : [wrapped, keys];
      const pairs = certain(propose(source(from), target(to)));
      // Of two that have the same names neither is certain.
      expect(twin ? pairs : []).toEqual([]);
      for (const { from: old, to: now } of pairs) {
        expect(adds ? [prefix + old, old] : [old, prefix + now]).toEqual(adds ? [now, old] : [old, old]);
      }
      found += pairs.length;
    });
    fc.assert(check, { numRuns: 200, seed: 5 });
    expect(found).toBeGreaterThan(500);
  });

  test('of two networks that have nothing to do with each other nothing is', () => {
    const check = fc.property(network, network, (from, to) => {
      const mine = prefixed(from, 'mine.');
      const overlap = to.filter(([key]) => from.some(([other]) => other === key)).length;
      fc.pre(overlap < 0.5 * Math.min(from.length, to.length));
      expect(certain(propose(source(mine), target(to)))).toEqual([]);
    });
    fc.assert(check, { numRuns: 200, seed: 6 });
  });

  test('proposals share no key, and are all applied together', () => {
    const check = fc.property(network, network, (from, to) => {
      const renames = propose(source(from), target(to)).flatMap((proposal) => proposal.renames);
      expect(new Set(renames.map((rename) => rename.from)).size).toBe(renames.length);
      expect(new Set(renames.map((rename) => rename.to)).size).toBe(renames.length);
      const [before, after] = [match(source(from), target(to)), match(source(from), target(to), renames)];
      expect(after.missing.length).toBe(
        before.missing.length + before.defaulted.length - renames.length - after.defaulted.length,
      );
      expect(after.unexpected.length + after.ignored.length).toBe(
        before.unexpected.length + before.ignored.length - renames.length,
      );
    });
    fc.assert(check, { numRuns: 100, seed: 7 });
  });
});

describe('cost', () => {
  /** Look-ups in maps and sets while something runs: what the cost grows with. */
  function lookUps(work: () => void): number {
    let count = 0;
    const restore = [...counting(Map.prototype, ['get', 'set']), ...counting(Set.prototype, ['has'])];
    function* counting(prototype: object, names: readonly string[]): Generator<() => void> {
      for (const name of names) {
        const own = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
        const method = own.value as (...args: unknown[]) => unknown;
        const value = function (this: unknown, ...args: unknown[]): unknown {
          count++;
          return method.apply(this, args);
        };
        Object.defineProperty(prototype, name, { ...own, value });
        yield () => {
          Object.defineProperty(prototype, name, own);
        };
      }
    }
    try {
      work();
    } finally {
      restore.forEach((undo) => {
        undo();
      });
    }
    return count;
  }

  const blocks = (count: number, at: string): Named[] =>
    Array.from({ length: count }, (_, index) => [
      ...layer.linear(`${at}.${String(index)}.fc1`, 8, 16),
      ...layer.norm(`${at}.${String(index)}.ln`, 8),
    ]).flat();

  test.each([
    ['the same', 'blocks', 'blocks'],
    ['a prefix', 'module.blocks', 'blocks'],
    ['other names', 'encoder.layer', 'blocks'],
  ])('of %s grows with the number of keys, no faster', (_what, from, to) => {
    const cost = (count: number): number =>
      lookUps(() => {
        propose(source(blocks(count, from)), target(blocks(count, to)));
      });
    const [small, large] = [cost(100), cost(1_000)];
    expect(large).toBeLessThan(10.5 * small);
    // Some look-ups for each part of each key's name.
    expect(large).toBeLessThan(40 * 4_000);
  });
});
