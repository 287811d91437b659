import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Writes modules as a person's project holds them. @returns the project's folder */
export function writeProject(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'project-'));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

export const models = `
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_classes, width=8):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, bias=False)
        self.bn = nn.BatchNorm2d(width, momentum=None)
        self.fc = nn.Linear(width, num_classes)
        self.register_buffer('grid', torch.arange(4), persistent=False)
        self.bn.bias.requires_grad_(False)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(10, 4)
        self.head = nn.Linear(4, 10, bias=False)
        self.head.weight = self.wte.weight

    def get_extra_state(self):
        return {'step': 1}


class NeedsValues(Tied):
    def __init__(self):
        super().__init__()
        self.rates = [rate.item() for rate in torch.linspace(0, 0.1, 3)]


class NeedsWeights(Tied):
    def __init__(self):
        super().__init__()
        self.norm = self.wte.weight.norm().item()


class Plain:
    Net = Net


def moved():
    return Net(3).to('cuda:7').half().cuda().cpu().to(device='cpu', dtype=torch.float64)


def huge():
    return nn.Linear(160_000, 160_000)


def lazy():
    return nn.Sequential(nn.LazyLinear(5))


def pair():
    return Net(3), {}


def raises():
    def inner():
        raise ValueError('no such width\\nsecond line')

    inner()


def wrong_shape():
    return nn.Linear(-1, 3)


def leaves():
    raise SystemExit(3)


def load():
    net = Net(2)
    net.load_state_dict({key: torch.zeros(value.shape) for key, value in net.state_dict().items()})
    return net


def recurses(depth):
    return recurses(depth + 1)


def needs_too(a, /, b, *rest, c, d=1):
    return Net(3)


ready = nn.Linear(2, 3)
number = 17
`;

/** Enough of torch for the cases that torch plays no part in: importing the real one takes seconds of each. */
export const fewOfTorch: Readonly<Record<string, string>> = {
  'torch/__init__.py': `
from . import nn
__version__ = '0'
class Tensor: ...
class device: ...
`,
  'torch/nn/__init__.py': `
from . import modules, parameter
class Module:
    training = True
    def register_parameter(self, name, value): ...
    def state_dict(self): return {}
    def named_parameters(self, remove_duplicate): return []
    def named_buffers(self, remove_duplicate): return []
    def named_modules(self, remove_duplicate): return [('', self)]
`,
  'torch/nn/parameter.py': '',
  'torch/nn/modules/__init__.py': 'from . import batchnorm\n',
  'torch/nn/modules/batchnorm.py': 'class _NormBase: ...\n',
};
