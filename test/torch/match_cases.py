"""Makes pairs of a file and a model for `test/core/match/torch.test.ts`, and says what torch does with them.

make FOLDER   writes NAME.pt for each pair, NAME.target.pt with the model's own state dict, and prints
              {name: {missing, unexpected, mismatched, message}} of load_state_dict
check FOLDER  standard input: {filtered: [names], updated: [names], own: [names], positions: [names],
              scripts: {name: python}, edits: {name: python}}; loads what was written, and prints what is wrong
"""

import collections
import contextlib
import io
import json
import os
import re
import sys

import torch
from torch import nn


class Net(nn.Module):
    """Convolution, norm, blocks and a head."""

    def __init__(self, classes=10, depth=2, width=8, bias=True):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        blocks = [nn.Sequential(nn.Conv2d(width, width, 3), nn.BatchNorm2d(width), nn.ReLU()) for _ in range(depth)]
        self.layer1 = nn.Sequential(*blocks)
        self.fc = nn.Linear(width, classes, bias=bias)


class Wrapped(nn.Module):
    """A model as the attribute of another class."""

    def __init__(self, model):
        super().__init__()
        self.backbone = model
        self.head = nn.Linear(10, 4)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(12, 6)
        self.out = nn.Linear(6, 12, bias=False)
        self.out.weight = self.embed.weight


class Frozen(nn.Module):
    """`FrozenBatchNorm2d` of torchvision.ops.misc, as far as loading goes."""

    class Norm(nn.Module):
        def __init__(self, features):
            super().__init__()
            for name, fill in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
                self.register_buffer(name, torch.full((features,), fill))

        def _load_from_state_dict(self, state_dict, prefix, *rest):
            state_dict.pop(prefix + "num_batches_tracked", None)
            super()._load_from_state_dict(state_dict, prefix, *rest)

    def __init__(self):
        super().__init__()
        self.bn1 = Frozen.Norm(8)


class Scalars(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(shape))
        self.register_buffer("step", torch.zeros(shape))
        self.register_buffer("hidden", torch.zeros(3), persistent=False)


class Extra(nn.Module):
    def __init__(self, has):
        super().__init__()
        self.fc = nn.Linear(2, 2)
        self.has = has

    def get_extra_state(self):
        return {"steps": 3, "names": ["a"]}

    def set_extra_state(self, state):
        pass


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)


class Vit(nn.Module):
    """Position embeddings of each layout."""

    def __init__(self, grid, tokens=1, window=4):
        super().__init__()
        generator = torch.Generator().manual_seed(grid)
        draw = lambda *shape: nn.Parameter(torch.randn(*shape, generator=generator))
        self.pos_embed = draw(1, tokens + grid * grid, 16)
        self.encoder = nn.Module()
        self.encoder.pos_embedding = draw(1, grid * grid, 4)
        self.encoder.half_pos_embed = nn.Parameter(draw(1, grid * grid, 4).detach().half())
        self.clip = nn.Module()
        self.clip.positional_embedding = draw(1 + grid * grid, 8)
        self.image = nn.Module()
        self.image.pos_embed = draw(1, 6, grid, grid + 2)
        self.block = nn.Module()
        self.block.relative_position_bias_table = draw((2 * window - 1) ** 2, 3)
        self.head = nn.Linear(16, 2)


class Squeezed(nn.Module):
    """A 1×1 convolution as a Linear, and a scale without its ones."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Linear(3, 4, bias=False)
        self.scale = nn.Parameter(torch.ones(6))


def seeded(make):
    torch.manual_seed(7)
    return make()


def prefixed(state_dict, prefix):
    """As a wrapper's own state_dict(): `_metadata` has the prefix too."""
    named = collections.OrderedDict((prefix + key, value) for key, value in state_dict.items())
    named._metadata = collections.OrderedDict((f"{prefix}{key}".rstrip("."), value) for key, value in state_dict._metadata.items())
    return named


def old(state_dict):
    """As torch before 0.4.1 wrote it."""
    kept = collections.OrderedDict((k, v) for k, v in state_dict.items() if not k.endswith("num_batches_tracked"))
    kept._metadata = collections.OrderedDict((name, {"version": 1}) for name in state_dict._metadata)
    return kept


def without(state_dict, *keys):
    kept = collections.OrderedDict((k, v) for k, v in state_dict.items() if k not in keys)
    kept._metadata = state_dict._metadata
    return kept


def pairs():
    """name: (what is saved, what is loaded from it, the model)."""
    net = seeded(Net)
    own = net.state_dict()
    ddp = nn.DataParallel(net).state_dict()
    compiled = prefixed(own, "_orig_mod.")
    counters = [key for key in own if key.endswith("num_batches_tracked")]

    def state(saved, model):
        return saved, saved, model

    yield "same", state(own, Net())
    yield "dataParallel", state(ddp, Net())
    yield "compiled", state(compiled, Net())
    yield "ddpCompiled", state(prefixed(compiled, "module."), Net())
    yield "compiledDdp", state(prefixed(ddp, "_orig_mod."), Net())
    yield "fsdp", state(prefixed(own, "_fsdp_wrapped_module."), Net())
    lightning = prefixed(own, "model.")
    yield "lightning", (
        {"pytorch-lightning_version": "2.5.0", "epoch": 3, "global_step": 10, "state_dict": lightning},
        lightning,
        Net(),
    )
    yield "training", ({"model_state_dict": ddp, "epoch": 3}, ddp, Net(classes=4))
    yield "widerHead", state(own, Net(classes=14))
    yield "narrower", state(own, Net(width=6))
    yield "deeper", state(own, Net(depth=4))
    yield "shallower", state(own, Net(depth=1))
    yield "noBias", state(own, Net(bias=False))
    yield "intoDdp", state(own, nn.DataParallel(Net()))
    yield "intoWrapped", state(own, Wrapped(Net()))
    yield "fromWrapped", state(seeded(lambda: Wrapped(Net())).state_dict(), Net())
    yield "module", (net, own, Net(classes=4))
    yield "tied", state(seeded(Tied).state_dict(), Tied())
    yield "untied", state(without(Tied().state_dict(), "out.weight"), Tied())
    yield "noCounters", state(without(own, *counters), Net())
    yield "plainNoCounters", state({k: v for k, v in own.items() if k not in counters}, Net())
    yield "oldNorms", state(old(own), Net())
    yield "oldNormsDdp", state(old(ddp), Net())
    yield "frozenNorm", state({"bn1." + k: v for k, v in nn.BatchNorm2d(8).state_dict().items()}, Frozen())
    yield "scalarFromOne", state(Scalars([1]).state_dict(), Scalars([]))
    yield "oneFromScalar", state(Scalars([]).state_dict(), Scalars([1]))
    yield "hidden", state({**Scalars([1]).state_dict(), "hidden": torch.zeros(3)}, Scalars([1]))
    yield "noTensor", state({**own, "fc.weight": [1, 2], "epoch": 3}, Net())
    yield "extraState", state(Extra(True).state_dict(), Extra(True))
    yield "extraMissing", state(Plain().state_dict(), Extra(True))
    yield "extraUnexpected", state(Extra(True).state_dict(), Plain())
    weighted = nn.utils.parametrizations.weight_norm(nn.Linear(3, 2))
    g, v = weighted.parametrizations.weight.original0, weighted.parametrizations.weight.original1
    older = {"weight_g": g.detach(), "weight_v": v.detach(), "bias": weighted.bias.detach()}
    yield "weightNorm", state(older, weighted)
    yield "positions", state(seeded(lambda: Vit(6)).state_dict(), Vit(9, window=7))
    yield "positionsSmaller", state(seeded(lambda: Vit(6, 2)).state_dict(), Vit(4, 2, window=3))
    squeezed = {"conv.weight": torch.randn(3, 4, 1, 1).transpose(0, 1), "scale": torch.randn(6, 1, 1)}
    yield "reshaped", state(squeezed, Squeezed())
    nothing = collections.OrderedDict((f"a.{key}", value) for key, value in net.fc.state_dict().items())
    yield "nothing", state(nothing, Net(width=4))


def loaded(model, state_dict):
    """What load_state_dict says: the lists that it makes, and the mismatches of its message."""
    seen = {}
    handle = model.register_load_state_dict_post_hook(
        lambda module, keys: seen.update(missing=[*keys.missing_keys], unexpected=[*keys.unexpected_keys])
    )
    message = ""
    try:
        model.load_state_dict(state_dict, strict=False)
    except RuntimeError as error:
        message = str(error)
    handle.remove()
    mismatched = re.findall(r'(?:size mismatch for |While copying the parameter named ")(\S+?)(?:: copying|",)', message)
    return {**seen, "mismatched": mismatched}


def strict_message(model, state_dict):
    try:
        model.load_state_dict(state_dict, strict=True)
    except RuntimeError as error:
        return str(error)
    return ""


def make(folder):
    answers = {}
    for name, (saved, state_dict, model) in pairs():
        torch.save(saved, os.path.join(folder, f"{name}.pt"))
        torch.save(model.state_dict(), os.path.join(folder, f"{name}.target.pt"))
        answers[name] = {**loaded(model, state_dict), "message": strict_message(model, state_dict)}
    return answers


def models():
    return {name: model for name, (_, _, model) in pairs()}


def check(folder, request):
    problems = {}
    made = models()
    for kind, strict in (("filtered", False), ("updated", True)):
        for name in request[kind]:
            state_dict = torch.load(os.path.join(folder, f"{name}.{kind}.pt"), weights_only=True)
            try:
                _, unexpected = made[name].load_state_dict(state_dict, strict=strict)
                if unexpected:
                    problems[f"{name}.{kind}"] = f"unexpected: {unexpected}"
            except RuntimeError as error:
                problems[f"{name}.{kind}"] = str(error)
            else:
                problems.update(moved(f"{name}.{kind}", made[name], name in request["own"]))
    for name in request["positions"]:
        problems.update(positions(folder, name, made[name].state_dict()))
    for name, text in request["scripts"].items():
        problems.update(script(folder, name, text))
    for name, text in request["edits"].items():
        problems.update(same_edit(folder, name, text))
    return {**problems, **dict(overlap(folder)), **dict(reshaped(folder))}


def moved(name, model, is_own):
    """Whether a model that loaded a file of ours has all the numbers of the network that was saved, where they fit."""
    own = seeded(Net).state_dict()
    for key, value in model.state_dict().items() if is_own else ():
        key = key.removeprefix("module.")
        if key in own and own[key].shape == value.shape and not torch.equal(own[key], value):
            yield f"{name} {key}", "other numbers"


def overlap(folder):
    """`nn.Linear` of the new size after `manual_seed(0)`, with the old rows laid over."""
    ours = torch.load(os.path.join(folder, "widerHead.overlap.pt"))
    own = seeded(Net).fc.state_dict()
    torch.manual_seed(0)
    expected = nn.Linear(8, 14).state_dict()
    for name in ("weight", "bias"):
        expected[name][:10] = own[name]
        if not torch.equal(ours[f"fc.{name}"], expected[name]):
            yield f"overlap {name}", "other numbers"


def reshaped(folder):
    before, after = (torch.load(os.path.join(folder, f"reshaped{kind}.pt")) for kind in ("", ".actions"))
    for key, value in Squeezed().state_dict().items():
        if not torch.equal(after[key], before[key].reshape(value.shape)):
            yield f"reshaped {key}", "other numbers"


def same_edit(folder, name, text):
    """The edits as Python give the file that the edits gave."""
    exec(compile(text, name, "exec"), {"__name__": "__main__"})
    theirs, ours = (torch.load(os.path.join(folder, f"{name}{kind}.pt")) for kind in (".byScript", ""))
    if [*theirs] != [*ours] or not all(torch.equal(theirs[key], ours[key]) for key in ours):
        yield f"{name}.byScript", f"{[*theirs]} is not {[*ours]}"


def positions(folder, name, model):
    """Compared with torch's own bicubic; half rounds once, from the float32 result."""
    before = torch.load(os.path.join(folder, f"{name}.pt"))
    after = torch.load(os.path.join(folder, f"{name}.interpolated.pt"))
    for key in before:
        if before[key].shape == model[key].shape:
            continue
        expected = resized(key, before[key].float(), model[key].shape)
        limit = 2e-3 if after[key].dtype == torch.half else 4e-6
        error = (after[key].float() - expected).abs().max().item()
        if after[key].dtype != before[key].dtype or after[key].shape != model[key].shape or not error <= limit:
            yield f"{name} {key}", [str(after[key].dtype), [*after[key].shape], error]


def resized(key, tensor, shape):
    if tensor.dim() == 4:
        return interpolate(tensor, shape[-2:])
    rows = tensor.reshape(-1, tensor.shape[-1])
    tokens = 0
    while (rows.shape[0] - tokens) ** 0.5 % 1 or (shape[-2] - tokens) ** 0.5 % 1:
        tokens += 1
    before, after = int((rows.shape[0] - tokens) ** 0.5), int((shape[-2] - tokens) ** 0.5)
    grid = rows[tokens:].reshape(1, before, before, -1).permute(0, 3, 1, 2)
    grid = interpolate(grid, (after, after)).permute(0, 2, 3, 1).reshape(after * after, -1)
    return torch.cat([rows[:tokens], grid]).reshape(shape)


def interpolate(grid, size):
    return nn.functional.interpolate(grid, size=tuple(size), mode="bicubic", align_corners=False, antialias=False)


def script(folder, name, text):
    """Runs the text with the classes of this module in the place of the person's own."""
    output = io.StringIO()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(output):
            exec(compile(text, name, "exec"), {"__name__": "__main__"})
    except Exception as error:
        yield f"{name}.py", f"{type(error).__name__}: {error}"
    else:
        if " keys loaded, not: " not in output.getvalue():
            yield f"{name}.py", output.getvalue()


if __name__ == "__main__":
    sys.modules["match_cases"] = sys.modules["__main__"]  # what the scripts import the classes from
    if sys.argv[1] == "make":
        print(json.dumps(make(sys.argv[2])))
    else:
        print(json.dumps(check(sys.argv[2], json.load(sys.stdin))))
