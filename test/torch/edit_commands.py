"""What people do with torch by hand and with `ptckpt edit` instead (`test/cli/editSeeds.test.ts`).

make FOLDER         writes the files that are edited
CHECK FOLDER        one of the checks below: prints what it found as JSON, and fails where the edit is not what torch does
"""

import json
import pathlib
import sys
import zipfile

import torch
from torch import nn

from edit_cases import differences, load_safetensors


class Net(nn.Module):
    """A class that nobody can import elsewhere."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.features(x).mean((2, 3)))


def net():
    torch.manual_seed(0)
    return Net()


def trained(make):
    model = net()
    optimizer = make(model.parameters())
    for _ in range(2):
        optimizer.zero_grad()
        model(torch.linspace(-1, 1, 2 * 3 * 6 * 6).reshape(2, 3, 6, 6)).sum().backward()
        optimizer.step()
    return model, optimizer


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=0.01)


class Devices:
    """Lets this machine save and load tensors as one with GPUs does: a storage remembers where it is said to be."""

    def __init__(self):
        self.of = {}
        torch.serialization._package_registry.insert(0, (0, lambda _: None, self.restore))
        torch.UntypedStorage.cuda = lambda storage, device=0, **_: self.put(storage, f"cuda:{device}")

    def restore(self, storage, location):
        return self.put(storage, location) if location.startswith("cuda") else None

    def put(self, storage, location):
        self.of[storage.data_ptr()] = location
        return storage

    def save(self, value, path, **tags):
        """`tags`: the device of each key of `value`; the others are where they are."""
        pointers = {value[key].untyped_storage().data_ptr(): tag for key, tag in tags.items()}
        original = torch.serialization.location_tag
        torch.serialization.location_tag = lambda storage: pointers.get(storage.data_ptr(), "cpu")
        try:
            torch.save(value, path)
        finally:
            torch.serialization.location_tag = original

    def load(self, path, *args, **options):
        """The device of each key, as torch restores it."""
        self.of.clear()
        value = torch.load(path, *args, **options)
        return {key: self.of.get(tensor.untyped_storage().data_ptr(), "cpu") for key, tensor in value.items()}, value


def spread():
    return {"first": torch.arange(4.0), "second": torch.arange(5.0), "third": torch.arange(6)}


def make(folder):
    model, optimizer = trained(sgd)
    torch.save(model, folder / "net.pkl")
    torch.save(model.state_dict(), folder / "net_params.pkl")
    torch.save(optimizer.state_dict(), folder / "optimizer.pkl")
    for name, made in {"sgd": sgd, "adam": adam}.items():
        model, optimizer = trained(made)
        value = {"model_state_dict": model.state_dict(), "optimizer_state_dict": optimizer.state_dict(), "epoch": 17}
        torch.save(value, folder / f"{name}.pt")
    devices = Devices()
    devices.save(model.state_dict(), folder / "gpu.pt", **{key: "cuda:1" for key in model.state_dict()})
    devices.save(spread(), folder / "spread.pt", first="cuda:1", second="cuda:0")
    wrapped = nn.DataParallel(net()).state_dict()
    torch.save({"model": wrapped, "ema": {"module." + key: t.clone() for key, t in wrapped.items()}}, folder / "wrapped.pt")
    return {}


def load(path, **options):
    return torch.load(path, **options)


def same(one, two):
    found = differences("", one, two, {})
    assert found == [], found


# --- S8: the state dict of a whole pickled module ---------------------------------------------------------------------


def s8(folder):
    model = load(folder / "net.pkl", weights_only=False)
    state = load(folder / "extracted.pkl", weights_only=True, mmap=True)
    same(state, model.state_dict())
    fresh = Net()
    fresh.load_state_dict(state, strict=True)
    x = torch.randn(1, 3, 8, 8)
    assert torch.equal(fresh.eval()(x), model.eval()(x))
    return {"type": type(state).__name__, "metadata": sorted(state._metadata), "keys": len(state)}


# --- S10: a checkpoint of one's own, from parts -----------------------------------------------------------------------


def s10(folder):
    checkpoint = load(folder / "checkpoint.pkl", weights_only=False)
    by_hand = {
        "model": load(folder / "net.pkl", weights_only=False),
        "epoch": 17,
        "model_state_dict": load(folder / "net_params.pkl"),
        "optimizer_state_dict": load(folder / "optimizer.pkl"),
    }
    assert list(checkpoint) == list(by_hand)
    same(checkpoint, by_hand)
    # Restoring, as it is done by hand.
    model = checkpoint["model"]
    model.load_state_dict(checkpoint["model_state_dict"])
    optimizer = sgd(model.parameters())
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    model(torch.ones(1, 3, 6, 6)).sum().backward()
    optimizer.step()
    # And frozen in evaluation mode, as `--requires-grad` and `--eval` have written it.
    frozen = load(folder / "frozen.pkl", weights_only=False)["model"]
    assert not any(parameter.requires_grad for parameter in frozen.parameters())
    assert not any(module.training for module in frozen.modules())
    assert torch.equal(frozen(torch.ones(1, 3, 6, 6)), load(folder / "net.pkl", weights_only=False).eval()(torch.ones(1, 3, 6, 6)))
    return {"epoch": checkpoint["epoch"], "momentum": len(checkpoint["optimizer_state_dict"]["state"])}


# --- S11: saved on a GPU, loaded on a CPU -----------------------------------------------------------------------------


def s11(folder):
    try:
        load(folder / "gpu.pt")
        refused = ""
    except RuntimeError as error:
        refused = str(error)
    by_hand = load(folder / "gpu.pt", map_location=torch.device("cpu"))
    for name in ["string", "device", "remap", "appended"]:
        state = load(folder / f"{name}.pt", weights_only=True, mmap=True)
        same(state, by_hand)
        assert all(tensor.device.type == "cpu" for tensor in state.values())
        Net().load_state_dict(state)
    return {"refused": "deserialize object on a CUDA device" in refused or "CUDA" in refused}


# --- S14: the five forms of map_location -------------------------------------------------------------------------------

FORMS = {
    "device": 'torch.device("cpu")',
    "storage": "lambda storage, loc: storage",
    "cuda": "lambda storage, loc: storage.cuda(1)",
    "dict": '{"cuda:1": "cuda:0"}',
    "none": "None",
    "string": "'cuda:0'",
}


def s14(folder):
    devices = Devices()
    found = {}
    for name, form in FORMS.items():
        by_hand, value = devices.load(folder / "spread.pt", map_location=eval(form), weights_only=False)
        edited, saved = devices.load(folder / f"form-{name}.pt", weights_only=True)
        assert edited == by_hand, (form, edited, by_hand)
        same(saved, value)
        found[name] = edited
    return found


# --- Renaming -----------------------------------------------------------------------------------------------------------


def rename(folder):
    original = load(folder / "wrapped.pt")
    model, ema = original["model"], original["ema"]
    renamed = load(folder / "renamed.pt")
    same({"model": dict(renamed["model"]), "ema": renamed["ema"]}, {
        "model": {key.replace("module.features.", "body.", 1): tensor for key, tensor in model.items()},
        "ema": ema,
    })
    both = load(folder / "both.pt")
    strip = lambda state: {"net." + key.removeprefix("module."): tensor for key, tensor in state.items()}
    same({"model": dict(both["model"]), "ema": both["ema"]}, {"model": strip(model), "ema": strip(ema)})
    swapped = load(folder / "swapped.pt")
    same(dict(swapped["model"]), {key.replace("module.fc", "head.out"): t for key, t in model.items()})
    # `_metadata` is what the same module would have under that name; that of the module around it is not made up.
    holder = nn.Module()
    holder.net = net()
    assert {"": {"version": 1}, **both["model"]._metadata} == dict(holder.state_dict()._metadata)
    holder.load_state_dict(both["model"])
    return {}


# --- The optimizer beside the model -------------------------------------------------------------------------------------


class WithoutHead(Net):
    def __init__(self):
        super().__init__()
        self.fc = nn.Identity()


def restored(path, model, make):
    """What loading and one step come to: '' or the error."""
    checkpoint = load(path, weights_only=True)
    model.load_state_dict(checkpoint["model_state_dict"], strict=False)
    optimizer = make(model.parameters())
    try:
        optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
        model(torch.ones(1, 3, 6, 6)).sum().backward()
        optimizer.step()
    except (ValueError, RuntimeError) as error:
        return type(error).__name__
    return ""


def optimizer(folder):
    found = {}
    for name, make in {"sgd": sgd, "adam": adam}.items():
        original = load(folder / f"{name}.pt")["optimizer_state_dict"]
        kept = load(folder / f"{name}-renumber.pt")["optimizer_state_dict"]
        same(kept["state"], {key: state for key, state in original["state"].items() if key < 4})
        assert [group["params"] for group in kept["param_groups"]] == [[0, 1, 2, 3]]
        reset = load(folder / f"{name}-reset.pt")["optimizer_state_dict"]
        same(reset["state"], kept["state"])
        assert reset["param_groups"] == original["param_groups"]
        assert "optimizer_state_dict" not in load(folder / f"{name}-drop.pt")
        found[name] = {
            "left": restored(folder / f"{name}-left.pt", WithoutHead(), make),
            "renumber": restored(folder / f"{name}-renumber.pt", WithoutHead(), make),
            "reset": restored(folder / f"{name}-reset.pt", Net(), make),
        }
    return found


# --- safetensors and back -----------------------------------------------------------------------------------------------


def safetensors(folder):
    state = load(folder / "sgd.pt")["model_state_dict"]
    flat, metadata = load_safetensors(folder / "flat.safetensors")
    same({key: flat[key] for key in state}, dict(state))
    back = load(folder / "back.pt", weights_only=True, mmap=True)
    same({key: back[key] for key in state}, dict(state))
    Net().load_state_dict(back)
    legacy = load(folder / "legacy.pt", weights_only=True)
    assert not zipfile.is_zipfile(folder / "legacy.pt")
    same(legacy, state)
    half, own = load_safetensors(folder / "half.safetensors")
    same({key: half[key] for key in state}, {key: t.half() if t.is_floating_point() else t for key, t in state.items()})
    return {"metadata": metadata, "own": own}


if __name__ == "__main__":
    checks = {"make": make, "S8": s8, "S10": s10, "S11": s11, "S14": s14}
    checks |= {"rename": rename, "optimizer": optimizer, "safetensors": safetensors}
    print(json.dumps(checks[sys.argv[1]](pathlib.Path(sys.argv[2]))))
