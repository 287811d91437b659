"""Runs the Python that is offered for files (`test/core/snippets/torch.test.ts`).

make FOLDER    writes the files, and the modules `my_project` and `my_models` that the classes are in
run FOLDER     standard input: {name: {file, code, cuda}}; runs each as pasted, with or without a GPU that remembers what is moved
               to it, and prints what it left: see `facts`
"""

import argparse
import contextlib
import io
import json
import os
import pathlib
import sys
import textwrap
import types

import torch
from torch import nn

from edit_cases import load_safetensors
from edit_commands import Devices

# Networks this small only suffer from more.
torch.set_num_threads(1)

NET = """
    from torch import nn


    class Net(nn.Module):
        def __init__(self, classes=4):
            super().__init__()
            self.features = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU())
            self.fc = nn.Linear(6, classes)

        def forward(self, x):
            return self.fc(self.features(x).mean((2, 3)))
"""


def net():
    from my_models import Net

    torch.manual_seed(3)
    return Net()


def trained(model, optimizer):
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.linspace(-1, 1, 2 * 3 * 6 * 6).reshape(2, 3, 6, 6)).sum().backward()
        optimizer.step()
    return optimizer


def make(folder):
    # The person's class, under the name that the placeholder has and under the one that the pickled model names.
    (folder / "my_project.py").write_text(textwrap.dedent(NET))
    (folder / "my_models.py").write_text(textwrap.dedent(NET))
    sys.path.insert(0, str(folder))
    model = net()
    optimizer = trained(model, torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9))
    state = model.state_dict()
    torch.save(state, folder / "net_params.pkl")
    torch.save(model, folder / "net.pkl")
    torch.save(state, folder / "legacy.pth.tar", _use_new_zipfile_serialization=False)
    checkpoint = {"model_state_dict": state, "optimizer_state_dict": optimizer.state_dict(), "epoch": 17, "best": 0.5}
    torch.save(checkpoint, folder / "checkpoint.pkl")
    torch.save({"model": model, **checkpoint}, folder / "with_model.pkl")
    decay = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    adamw = trained(model, torch.optim.AdamW([{"params": decay}, {"params": others, "weight_decay": 0}]))
    wrapped = nn.DataParallel(model).state_dict()
    args = argparse.Namespace(lr=0.1)
    torch.save({"state_dict": wrapped, "optimizer": adamw.state_dict(), "epoch": 3, "args": args}, folder / "ddp.ckpt")
    devices = Devices()
    devices.save(model.state_dict(), folder / "gpu.pt", **{key: "cuda:1" for key in state})
    devices.save(model.state_dict(), folder / "spread.pt", **{"fc.weight": "cuda:1", "fc.bias": "cuda:0"})
    torch.jit.trace(model.eval(), torch.randn(1, 3, 6, 6)).save(folder / "script.pt")
    write_safetensors(model.state_dict(), folder / "flat.safetensors")
    return {}


def write_safetensors(state, path):
    header, data = {}, b""
    for key, value in state.items():
        part = value.numpy().tobytes()
        dtype = {torch.float32: "F32", torch.int64: "I64"}[value.dtype]
        header[key] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


class Gpu:
    """Stands in for CUDA devices: what is moved there stays where it is and is written down."""

    def __init__(self):
        self.devices = Devices()
        self.moves = []
        self.original_to = torch.Tensor.to
        torch.Tensor.cuda = lambda tensor, device=None: self.copied(tensor, device)
        torch.Tensor.to = lambda tensor, *args, **options: self.tensor_to(tensor, *args, **options)
        nn.Module.cuda = lambda module, device=None: self.moved(module, device)
        original = nn.Module.to
        nn.Module.to = lambda module, *args, **options: (
            self.moved(module, args[0]) if self.is_cuda(args) else original(module, *args, **options)
        )

        original_load = torch.jit.load
        torch.jit.load = lambda file, map_location=None: original_load(file, map_location=self.scripted(map_location))

    def scripted(self, location):
        """TorchScript is read in C++: it is only written down where it would go."""
        if str(location).startswith("cuda"):
            self.devices.of[None] = str(location)
        return "cpu"

    @staticmethod
    def is_cuda(args):
        return len(args) == 1 and isinstance(args[0], (torch.device, str)) and str(args[0]).startswith("cuda")

    def tensor_to(self, tensor, *args, **options):
        return self.copied(tensor, args[0]) if self.is_cuda(args) else self.original_to(tensor, *args, **options)

    def copied(self, tensor, device):
        self.moves.append(f"tensor {self.name(device)}")
        return tensor.clone()

    def moved(self, module, device):
        self.moves.append(f"module {self.name(device)}")
        return module

    @staticmethod
    def name(device):
        return "cuda" if device is None else f"cuda:{device}" if isinstance(device, int) else str(device)


def safetensors_stand_in():
    module = types.ModuleType("safetensors.torch")
    module.load_file = lambda name, device="cpu": load_safetensors(pathlib.Path(name))[0]
    sys.modules["safetensors"] = types.ModuleType("safetensors")
    sys.modules["safetensors.torch"] = module


def equal(state, other):
    return list(state) == list(other) and all(torch.equal(state[key], other[key]) for key in state)


def facts(names, gpu, before):
    """What a script left behind, and that what it has loaded is what was saved."""
    found = {"moves": gpu.moves, "storages": sorted(set(gpu.devices.of.values()))}
    model = names.get("model")
    if isinstance(model, nn.Module):
        found["equal"] = equal(model.state_dict(), before)
        found["training"] = model.training
        found["trainable"] = any(p.requires_grad for p in model.parameters())
        found["meta"] = any(t.is_meta for t in (*model.parameters(), *model.buffers()))
    elif "state_dict" in names:
        found["equal"] = equal(names["state_dict"], before)
    optimizer = names.get("optimizer")
    if optimizer is not None:
        found["optimizer"] = f"{type(optimizer).__name__} {[len(group['params']) for group in optimizer.param_groups]}"
        # Each state is that of a parameter of its shape.
        for parameter, state in optimizer.state.items():
            assert all(t.shape == parameter.shape for t in state.values() if isinstance(t, torch.Tensor) and t.ndim)
    found.update({name: names[name] for name in ("epoch", "best") if name in names})
    if "predict" in names:
        gpu.moves = []
        data = torch.ones(1, 3, 6, 6)
        found["predicted"] = list(names["predict"](data).shape)
        found["inputs"] = gpu.moves
    return found


def saved_since(files):
    """What was written, by name: the type of what the file holds."""
    written = sorted(set(os.listdir()) - files)
    answers = {}
    for name in written:
        value = torch.load(name, weights_only=name.endswith("_params.pt"))
        answers[name] = sorted(value) if "model_state_dict" in value_keys(value) else type(value).__name__
        os.remove(name)
    return answers


def value_keys(value):
    return value if isinstance(value, dict) else ()


def run(folder):
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    state = torch.load("net_params.pkl")
    wanted = {name: state for name in os.listdir()}
    # Those were saved after more training.
    later = load_safetensors(pathlib.Path("flat.safetensors"))[0]
    wanted.update({name: later for name in ("ddp.ckpt", "gpu.pt", "spread.pt", "script.pt", "flat.safetensors")})
    safetensors_stand_in()
    gpu = Gpu()
    answers = {}
    for name, case in json.load(sys.stdin).items():
        gpu.moves, gpu.devices.of = [], {}
        torch.cuda.is_available = lambda: case["cuda"]
        torch.serialization.clear_safe_globals()
        files = set(os.listdir())
        names = {"__name__": "__main__"}
        try:
            with contextlib.redirect_stdout(io.StringIO()) as output:
                exec(compile(case["code"], name, "exec"), names)
            answers[name] = facts(names, gpu, wanted[case["file"]])
            answers[name]["printed"] = output.getvalue().splitlines()
            answers[name]["saved"] = saved_since(files - {"__pycache__"})
        except Exception as error:
            answers[name] = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
    return answers


if __name__ == "__main__":
    print(json.dumps({"make": make, "run": run}[sys.argv[1]](pathlib.Path(sys.argv[2]))))
