"""Fine-tuning plans, carried out by the Python that was written for them (`test/cli/planSeeds.test.ts`).

make FOLDER    writes `resnet18.pt`, `custom.pt` and the module `my_project` that the custom network's class is in
run FOLDER     runs each NAME.py of a folder as pasted and trains for some steps; prints what it finds, by name:
               loaded: keys that begin as in the file; moved: keys that training moved; trainable: parameters that it may move;
               features: shape of what a network without a head gives; table: what comparing several plans prints
check FOLDER   compares NAME.out, the file that a plan begins with, with what torch makes
"""

import contextlib
import io
import json
import os
import pathlib
import sys
import textwrap

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts" / "catalogue"))
import load_torchvision  # noqa: E402, F401
from torchvision.models import resnet18  # noqa: E402

# Batches this small only suffer from more.
torch.set_num_threads(1)

NET = """
    import torch
    from torch import nn


    class Block(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.conv = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
            self.norm = nn.BatchNorm2d(outputs)

        def forward(self, x):
            return torch.relu(self.norm(self.conv(x)))


    class Net(nn.Module):
        def __init__(self, classes=10):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(3, 1, 1))
            self.stem = nn.Conv2d(3, 8, 3, padding=1)
            self.stage1 = nn.Sequential(Block(8, 8), Block(8, 16))
            self.stage2 = nn.Sequential(Block(16, 16), Block(16, 32))
            self.classifier = nn.Linear(32, classes)

        def forward(self, x):
            x = self.stage2(self.stage1(self.stem(x * self.scale)))
            return self.classifier(x.mean((2, 3)))
"""


def make(folder):
    (folder / "my_project.py").write_text(textwrap.dedent(NET))
    sys.path.insert(0, str(folder))
    from my_project import Net

    for name, model in {"resnet18": resnet18(), "custom": Net()}.items():
        # Statistics and counters of a network that was trained.
        model.train()(torch.randn(4, 3, 32, 32))
        torch.save(model.state_dict(), folder / f"{name}.pt")
    return {}


def batches(classes):
    generator = torch.Generator().manual_seed(1)
    return [
        (torch.randn(4, 3, 32, 32, generator=generator), torch.randint(classes, (4,), generator=generator))
        for _ in range(3)
    ]


def copied(model):
    return {key: value.clone() for key, value in model.state_dict().items()}


def run_script(script, file):
    names = {}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(script.read_text("utf-8"), script.name, "exec"), names)
    if "plans" in names:
        with contextlib.redirect_stdout(output):
            names["compare"](batches(2), batches(2))
        return {"table": output.getvalue().splitlines()[-len(names["plans"]) - 1 :]}
    model = names["model"]
    if "features" in names:
        return {"features": list(names["features"](batches(2)[0][0]).shape)}
    before = copied(model)
    arguments = [names[name] for name in ("model", "frozen", "optimizer") if name in names]
    with contextlib.redirect_stdout(output):
        names["train"](*arguments, batches(2))
    after = model.state_dict()
    ours = torch.load(file)
    return {
        "loaded": [key for key in before if key in ours and torch.equal(before[key], ours[key])],
        "moved": [key for key in before if not torch.equal(before[key], after[key])],
        "trainable": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "shapes": {key: list(value.shape) for key, value in after.items()},
    }


def run(folder):
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    return {
        script.stem: run_script(script, f"{script.stem.partition('-')[0]}.pt")
        for script in sorted(folder.glob("*-*.py"))
    }


def largest_difference(one, other):
    """Of what is drawn normally; 0 for equal bits."""
    assert list(one) == list(other), (list(one), list(other))
    assert all(one[key].shape == other[key].shape and one[key].dtype == other[key].dtype for key in one)
    return max((one[key].double() - other[key].double()).abs().max().item() for key in one)


def check(folder):
    sys.path.insert(0, str(folder))
    from my_project import Net

    file = {name: torch.load(folder / f"{name}.pt") for name in ("resnet18", "custom")}
    out = {path.stem: torch.load(path) for path in folder.glob("*.out")}
    torch.manual_seed(0)
    fresh = resnet18(num_classes=2).state_dict()
    head = {"fc.weight", "fc.bias"}
    found = {}
    for name in ("resnet18-S1", "resnet18-S2", "resnet18-S4"):
        wanted = {key: fresh[key] if key in head else file["resnet18"][key] for key in fresh}
        found[name] = largest_difference(out[name], wanted)
    found["resnet18-S3"] = largest_difference(out["resnet18-S3"], fresh) < 2e-6
    torch.manual_seed(0)
    layer = torch.nn.Linear(32, 2)
    for name in ("custom-S1", "custom-S2", "custom-S4"):
        wanted = file["custom"] | {"classifier.weight": layer.weight, "classifier.bias": layer.bias}
        found[name] = largest_difference(out[name], wanted)
    # The class initialises nothing by itself: what it has are the layers' defaults, of all but `scale`, in the same order.
    torch.manual_seed(0)
    found["custom-S3"] = largest_difference(out["custom-S3"], {**Net(2).state_dict(), "scale": file["custom"]["scale"]})
    return found


if __name__ == "__main__":
    print(json.dumps({"make": make, "run": run, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))))
