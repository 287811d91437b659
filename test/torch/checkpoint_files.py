"""Writes checkpoints with real torch into a folder, and prints what torch finds in each: `{file: [tensor, …]}`.

usage: checkpoint_files.py FOLDER
"""

import argparse
import collections
import json
import os
import sys

import torch
from torch import nn

folder = sys.argv[1]
torch.manual_seed(0)
found = {}


def describe(tensor, path):
    row = {
        "path": path,
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype)[6:],
        "layout": str(tensor.layout)[6:],
        "requiresGrad": tensor.requires_grad,
    }
    if tensor.layout == torch.strided and not tensor.is_quantized:
        row.update(stride=list(tensor.stride()), offset=tensor.storage_offset())
    return row


def walk(value, path, out):
    if isinstance(value, torch.Tensor):
        out.append(describe(value, path))
    elif isinstance(value, nn.Module):
        for key, tensor in value.state_dict(keep_vars=True).items():
            out.append(describe(tensor, path + [key]))
    elif isinstance(value, dict):
        for key, item in value.items():
            walk(item, path + [key if isinstance(key, (str, int)) else repr(key)], out)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            walk(item, path + [index], out)


def save(name, value, device="cpu", **options):
    """`device`: the tag that the file gives every storage, or a function of the storage."""
    tag = device if callable(device) else lambda storage: device
    original = torch.serialization.location_tag
    torch.serialization.location_tag = tag
    try:
        torch.save(value, os.path.join(folder, name), **options)
    finally:
        torch.serialization.location_tag = original
    out = []
    walk(torch.load(os.path.join(folder, name), map_location="cpu", weights_only=False), [], out)
    found[name] = out


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 7)
        self.layer1 = nn.Sequential(Block(4), Block(4))
        self.embed = nn.Embedding(11, 6)
        self.rnn = nn.LSTM(6, 5, 2)
        self.fc = nn.Linear(6, 11)
        self.fc.weight = self.embed.weight
        self.register_buffer("scale", torch.ones(2))
        self.register_buffer("scratch", torch.ones(2), persistent=False)


def trained(optimizer, parameters):
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    return optimizer


net = Net()
parameters = list(net.parameters())
save("state_dict.pt", net.state_dict(), "cuda:1")
save("module.pt", net, "cuda:0")
save("legacy.pt", net.state_dict(), "cuda:3", _use_new_zipfile_serialization=False)
save("parameters.pt", collections.OrderedDict(net.state_dict(keep_vars=True)), "xpu:0")
save(
    "training.pt",
    {
        "epoch": 3,
        "model_state_dict": net.state_dict(),
        "sgd": trained(torch.optim.SGD(parameters, 0.1, momentum=0.9), parameters).state_dict(),
        "adamw": trained(torch.optim.AdamW(parameters, 0.1), parameters).state_dict(),
        "args": argparse.Namespace(lr=0.1, sizes=[1, 2]),
    },
    lambda storage: "cuda:1" if storage.nbytes() > 100 else "cpu",
)
base = torch.arange(24.0).reshape(2, 3, 4)
save(
    "views.pt",
    {
        "all": base,
        "transposed": base.transpose(0, 2),
        "slice": base[1, 1:, ::2],
        "expanded": torch.ones(1).expand(5),
        "scalar": base[1, 2, 3],
        "empty": base[:0],
        "channels_last": torch.zeros(2, 3, 4, 5).to(memory_format=torch.channels_last),
    },
)
save(
    "kinds.pt",
    {
        "half": torch.zeros(3, dtype=torch.float16),
        "float8": torch.zeros(3, dtype=torch.float8_e4m3fn),
        "uint32": torch.zeros(3, dtype=torch.uint32)[1:],
        "complex": torch.zeros(3, dtype=torch.complex64).conj(),
        "coo": torch.eye(3).to_sparse(),
        "csr": torch.eye(3).to_sparse_csr(),
        "quantized": torch.quantize_per_tensor(torch.ones(4), 0.5, 3, torch.qint8),
        "meta": torch.empty(2, 3, device="meta"),
        "nested": [{"deep": (torch.zeros(1), torch.zeros(2))}],
    },
)
shared = {"w": torch.zeros(2, 2)}
save("shared.pt", {"model": shared, "ema": shared, "list": [shared["w"], shared["w"].t()]})
json.dump(found, sys.stdout)
