"""
Makes src/core/catalogue/catalogue.json from the torchvision that is installed: run by hand, when torchvision is a new one.

    pip install torch==2.13.0 numpy && pip install --no-deps torchvision==0.28.0 pillow
    python scripts/catalogue/generate.py

Everything is taken from the models themselves: keys, shapes and classes from their modules, initial values from what their
constructors do (see recorder.py), the part that depends on the number of classes from building each model twice.
"""

import inspect
import json
import pathlib
import warnings

import torch

import load_torchvision  # noqa: F401  (first, or torchvision cannot be imported)
import torchvision
from torchvision import models

from recorder import recording
from rules import explanations

TARGET = pathlib.Path(__file__).parents[2] / "src" / "core" / "catalogue" / "catalogue.json"

DOWNLOADS = "https://download.pytorch.org/models/"

# Any number that no layer has by chance.
OTHER_CLASSES = 7

TASKS = {
    "segmentation": "segmentation",
    "detection": "detection",
    "video": "video",
    "optical_flow": "opticalFlow",
    "quantization": "quantizedClassification",
}


class Table:
    """Gives equal values equal numbers, counted from 0 in the order of their first appearance."""

    def __init__(self):
        self.values = []
        self._numbers = {}

    def number(self, value):
        text = json.dumps(value)
        if text not in self._numbers:
            self._numbers[text] = len(self.values)
            self.values.append(value)
        return self._numbers[text]


class Build:
    """One model, and what its constructor did."""

    def __init__(self, builder, **options):
        takes = inspect.signature(builder).parameters
        backbone = {"weights_backbone": None} if "weights_backbone" in takes else {}
        with warnings.catch_warnings(), recording() as recorder:
            warnings.simplefilter("ignore")
            self.model = builder(weights=None, **backbone, **options)
        self.events = recorder.events
        self.tensors = self.model.state_dict(keep_vars=True)
        self._keys = {tensor.untyped_storage()._cdata: key for key, tensor in self.tensors.items()}
        assert len(self._keys) == len(self.tensors), "two keys share a storage"
        self._check_parts()

    def key(self, event):
        """The key that an event filled; None for a tensor that the constructor threw away again."""
        return self._keys.get(event.storage)

    def weight_shape(self, key):
        """Shape of the weight in the same module."""
        module = key.rpartition(".")[0] if key else ""
        weight = self.tensors.get(f"{module}.weight" if module else "weight")
        return None if key is None or weight is None else tuple(weight.shape)

    def drawn(self):
        filled = {event.storage for event in self.events}
        return [key for key, tensor in self.tensors.items() if tensor.untyped_storage()._cdata in filled]

    def _check_parts(self):
        last = {event.storage: event for event in self.events}
        assert all(last[storage].kind != "part" for storage in self._keys if storage in last)
        self.events = [event for event in self.events if event.kind != "part"]


def task_of(builder):
    return next((TASKS[part] for part in builder.__module__.split(".") if part in TASKS), "classification")


def constant_of(tensor):
    """The value of all elements, None where they are not all the same."""
    values = tensor.detach().numpy().reshape(-1)
    if values.size == 0 or (values != values[0]).any():
        return None
    # The shortest text that stands for the same float32.
    return float(str(values[0])) if tensor.dtype == torch.float32 else values[0].item()


def tensor_entry(name, tensor, is_drawn):
    """`[name, shape, value, dtype]`, whatever is the usual left out from the end."""
    dtype = str(tensor.dtype).removeprefix("torch.")
    entry = [name, list(tensor.shape), "drawn" if is_drawn else constant_of(tensor), dtype]
    if dtype == "float32":
        entry.pop()
        if is_drawn:
            entry.pop()
    return entry


def add_module(module, prefix, drawn, table):
    """Puts a module with all that is in it into the table; None for one without tensors.

    `[class, children, parameters, buffers]`, what is empty left out from the end; a child is `[name, its number]`.
    """
    saved = module.state_dict(keep_vars=True)
    parameters, buffers = (
        [tensor_entry(name, saved[name], prefix + name in drawn) for name in names if name in saved]
        for names in (module._parameters, module._buffers)
    )
    children = [(name, add_module(child, f"{prefix}{name}.", drawn, table)) for name, child in module.named_children()]
    entry = [type(module).__name__, [child for child in children if child[1] is not None], parameters, buffers]
    while not entry[-1]:
        entry.pop()
    return table.number(entry) if len(entry) > 1 else None


def head_of(default, other):
    """`[key, elements a class]` of what the number of classes changes in its first dimension, and the default number."""
    head, classes = [], set()
    for key, tensor in default.tensors.items():
        for dimension, (size, changed) in enumerate(zip(tensor.shape, other.tensors[key].shape, strict=True)):
            if size != changed:
                each, rest = divmod(changed, OTHER_CLASSES)
                assert dimension == 0 and rest == 0 and size % each == 0
                head.append([key, each])
                classes.add(size // each)
    assert len(classes) == 1
    return head, classes.pop()


def steps_of(builds):
    """For each event the rules that explain it and what it filled, and the shapes of the tensors thrown away again.

    What was filled is a position among the drawn keys, then among those tensors.
    """
    first = builds[0]
    drawn = {key: position for position, key in enumerate(first.drawn())}
    discarded, shapes = {}, []
    steps = []
    for events in zip(*(build.events for build in builds), strict=True):
        key = first.key(events[0])
        assert all(build.key(event) == key for build, event in zip(builds, events))
        rules = explanations(
            [(event.kind, event.numbers, event.shape, build.weight_shape(key)) for build, event in zip(builds, events)]
        )
        if key is None and events[0].storage not in discarded:
            discarded[events[0].storage] = len(drawn) + len(shapes)
            shapes.append(list(events[0].shape))
        steps.append((rules, discarded[events[0].storage] if key is None else drawn[key]))
    return steps, shapes


def runs_of(steps, table):
    """`[rule, first position, count, step]` for steps that one rule explains and whose positions go up evenly.

    A count and a step of 1 are left out from the end.
    """
    runs = []
    for rules, position in steps:
        if runs:
            common, first, count, step = runs[-1]
            both = [rule for rule in common if rule in rules]
            if both and (count == 1 or position == first + count * step):
                runs[-1] = [both, first, count + 1, position - first if count == 1 else step]
                continue
        runs.append([rules, position, 1, 1])
    return [
        [table.number(rules[0]), first, *([] if count == 1 else [count] if step == 1 else [count, step])]
        for rules, first, count, step in runs
    ]


def weights_of(name):
    entries = []
    enum = models.get_model_weights(name)
    for weights in enum:
        assert weights.url.startswith(DOWNLOADS)
        meta = weights.meta
        entries.append(
            {
                "name": f"{enum.__name__}.{weights.name}",
                "file": weights.url.removeprefix(DOWNLOADS),
                "megabytes": meta["_file_size"],
                "classes": len(meta["categories"]) if meta.get("categories") else None,
                **({"isDefault": True} if weights == enum.DEFAULT else {}),
            }
        )
    return entries


def architecture(name, modules, rules):
    builder = models.get_model_builder(name)
    default = Build(builder)
    try:
        other = Build(builder, num_classes=OTHER_CLASSES)
    except TypeError:
        other = None
    head, classes = ([], None) if other is None else head_of(default, other)
    steps, discarded = steps_of([default] if other is None else [default, other])
    return {
        "name": name,
        "task": task_of(builder),
        "builder": f"{builder.__module__.rpartition('.')[0].removeprefix('torchvision.')}.{builder.__name__}",
        **({"hasBackbone": True} if "weights_backbone" in inspect.signature(builder).parameters else {}),
        "numClasses": classes,
        "root": add_module(default.model, "", set(default.drawn()), modules),
        "head": head,
        "discarded": discarded,
        "draws": runs_of(steps, rules),
        "weights": weights_of(name),
    }


def lines(values):
    return ",\n".join(json.dumps(value, separators=(",", ":")) for value in values)


def main():
    modules, rules = Table(), Table()
    architectures = []
    for name in models.list_models():
        print(name, flush=True)
        architectures.append(architecture(name, modules, rules))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(
        f'{{\n"torchvision":"{torchvision.__version__.partition("+")[0]}",\n"downloads":"{DOWNLOADS}",\n"rules":[\n{lines(rules.values)}\n],\n'
        f'"modules":[\n{lines(modules.values)}\n],\n"architectures":[\n{lines(architectures)}\n]\n}}\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
