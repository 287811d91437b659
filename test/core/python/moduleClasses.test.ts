import { describe, expect, it } from 'vitest';
import { logicalLines } from '../../../src/core/python/logicalLines';
import { findModuleClasses, moduleOfFile } from '../../../src/core/python/moduleClasses';

function names(source: string): string[] {
  return findModuleClasses(source).map(({ name }) => name);
}

describe('classes that are models', () => {
  it.each([
    ['import torch', 'torch.nn.Module'],
    ['import torch.nn as nn', 'nn.Module'],
    ['from torch import nn', 'nn.Module'],
    ['from torch import nn as layers', 'layers.Module'],
    ['from torch.nn import (\n    Linear,\n    Module as Base,  # of all\n)', 'Base'],
    ['from torch.nn import *', 'Module'],
    ['from torch import nn', 'nn.Sequential'],
    ['import torch.nn', 'torch.nn.modules.conv.Conv2d'],
    ['import lightning as L', 'L.LightningModule'],
    ['from pytorch_lightning import LightningModule', 'LightningModule'],
    ['from transformers import BertPreTrainedModel, PreTrainedModel', 'PreTrainedModel'],
    ['from torchvision.models.resnet import ResNet', 'ResNet'],
    ['from torch import nn', 'Mixin, nn.Module'],
    ['from torch import nn', 'nn.Module, Generic[T], metaclass=Meta'],
    ['from torch import nn', '\n    nn.Module,\n'],
  ])('%s … (%s)', (line, bases) => {
    expect(names(`${line}\n\nclass Net(${bases}):\n    pass\n`)).toEqual(['Net']);
  });

  it.each([
    ['import torch', 'torch.utils.data.Dataset'],
    ['from torch import nn', 'nn.Parameter'],
    ['from torch import nn', 'object'],
    ['import other as nn', 'nn.Module'],
    ['', 'Module'],
    ['', ''],
  ])('not %s … (%s)', (line, bases) => {
    expect(names(`${line}\n\nclass Net(${bases}):\n    pass\n`)).toEqual([]);
  });

  it('are found through those of the same file, with their lines', () => {
    const source = `
from torch import nn

class Base(nn.Module):
    def __init__(self, width):
        super().__init__()

class Net(Base): ...

class Other: ...
`;
    expect(findModuleClasses(source)).toEqual([
      { name: 'Base', line: 3, required: ['width'] },
      { name: 'Net', line: 7, required: ['width'] },
    ]);
  });

  it('are none in texts, comments and functions', () => {
    const source = `
from torch import nn
"""
class A(nn.Module):
    pass
"""
text = '''it's
class B(nn.Module): ''' # class C(nn.Module):
other = 'class D(nn.Module):\\
class E(nn.Module):'
def build():
    class F(nn.Module):
        pass
    return F()
class G(nn.Module): pass
`;
    expect(names(source)).toEqual(['G']);
  });
});

describe('arguments', () => {
  function required(parameters: string): readonly string[] | undefined {
    const source = `from torch import nn\nclass Net(nn.Module):\n    '''Doc.'''\n    def __init__(${parameters}):\n        pass\n`;
    return findModuleClasses(source)[0]?.required;
  }

  it.each([
    ['self', []],
    ['self, num_classes, width=8', ['num_classes']],
    ['self, a: int, b: Dict[str, int], c: Tuple[int, ...] = (1, 2), *, d, e=f(x=1), **rest', ['a', 'b', 'd']],
    ['self, a, /, b="x, y", *args, c: "int = 3"', ['a', 'c']],
    ['\n        self,\n        depth,  # of the network, n=3\n        name=None,\n    ', ['depth']],
  ])('%s', (parameters, expected) => {
    expect(required(parameters)).toEqual(expected);
  });

  it('are those of the constructor, whatever stands before and after it', () => {
    const source = `
import torch.nn as nn
class Net(nn.Module):
    size: int = 3

    def forward(self, x): return x

    def __init__(self, depth) -> None:
        class Inner:
            def __init__(self, other): pass
`;
    expect(findModuleClasses(source)).toEqual([{ name: 'Net', line: 2, required: ['depth'] }]);
  });
});

it('reads a source of any size, and one that is no Python, in its stride', () => {
  const lines = [...logicalLines(`"""${'x\n"" '.repeat(200_000)}"""\nclass A: ...\n`)];
  expect(lines).toEqual([
    { line: 0, indent: 0, text: "''" },
    { line: 200_001, indent: 0, text: 'class A: ...' },
  ]);
  expect(names('('.repeat(100_000))).toEqual([]);
  expect(names(`class A(${'['.repeat(100_000)}`)).toEqual([]);
  expect(names('class A(nn.Module')).toEqual([]);
  expect([...logicalLines('if x:\r\n\ty = 1\\\r\n + 2\r\n')]).toEqual([
    { line: 0, indent: 0, text: 'if x:' },
    { line: 1, indent: 8, text: 'y = 1  + 2' },
  ]);
});

it('names a module by its path', () => {
  expect(moduleOfFile('flowers/models.py')).toBe('flowers.models');
  expect(moduleOfFile('net.py')).toBe('net');
  expect(moduleOfFile('flowers/__init__.py')).toBe('flowers');
  expect(moduleOfFile('__init__.py')).toBeNull();
  expect(moduleOfFile('my-models/net.py')).toBeNull();
  expect(moduleOfFile('net.ipynb')).toBeNull();
  expect(moduleOfFile('../net.py')).toBeNull();
});
