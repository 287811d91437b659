"""Does in torch what `test/core/edit/torch.test.ts` does to files, and compares.

make FOLDER   writes the files to be edited
check FOLDER  loads each edited file NAME.out and compares it with the same edit done here; prints {name: what differs}
"""

import argparse
import collections
import copy
import json
import pathlib
import sys

import numpy
import torch
from torch.nn.modules.utils import consume_prefix_in_state_dict_if_present


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        collections.OrderedDict(
            conv=torch.nn.Conv2d(3, 4, 3, bias=False),
            bn=torch.nn.BatchNorm2d(4),
            relu=torch.nn.ReLU(),
            head=torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 6)),
        )
    )


def trained():
    model = network()
    optimizer = torch.optim.AdamW(
        [{"params": model.conv.parameters()}, {"params": [*model.bn.parameters(), *model.head.parameters()], "lr": 0.5}]
    )
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    return model, optimizer


def training_checkpoint():
    model, optimizer = trained()
    return {
        "model_state_dict": torch.nn.DataParallel(model).state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "epoch": 17,
        "lr": 0.1,
        "names": ["a", "b", "c"],
        "nested": {"t": (1, 2.5, None), "text": "x"},
    }


def tied():
    weight = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 7
    base = torch.randn(100, 10, generator=torch.Generator().manual_seed(1))
    return {
        "a": weight,
        "b": weight,
        "view": weight[1:].t(),
        "count": torch.tensor([1, 2, 3]),
        "flags": torch.tensor([True, False]),
        "half": torch.tensor([0.1, 65504.0, 1e-8], dtype=torch.float16),
        "fp8": torch.tensor([0.5, 1.0]).to(torch.float8_e4m3fn),
        "slice": base[3:5],
        "column": torch.randn(100, 10, generator=torch.Generator().manual_seed(2))[:, 3],
        "conj": torch.tensor([1 + 2j]).conj(),
        "quantized": torch.quantize_per_tensor(torch.tensor([1.0, 2.0]), 0.1, 0, torch.quint8),
        "sparse": torch.tensor([[0.0, 2.0], [3.0, 0.0]]).to_sparse(),
    }


def impure():
    args = argparse.Namespace(lr=0.1, device=torch.device("cuda", 1), inner=argparse.Namespace(n=3))
    return {
        "args": args,
        "best": numpy.float64(0.25),
        "single": numpy.float32(0.1),
        "count": numpy.int64(-5),
        "flag": numpy.bool_(True),
        "array": numpy.arange(6, dtype=numpy.int32).reshape(2, 3),
        "fortran": numpy.asfortranarray(numpy.arange(6, dtype=numpy.float64).reshape(2, 3)),
        "default": collections.defaultdict(list, {"x": [1]}),
        "deque": collections.deque([1, 2]),
        "frozen": frozenset([1]),
        "range": range(2, 8, 2),
        "path": pathlib.PurePosixPath("/a/b"),
        "w": torch.ones(2),
    }


def files():
    model, _ = trained()
    return {
        "training": training_checkpoint(),
        "tied": tied(),
        "impure": impure(),
        "module": {"net": model, "epoch": 3},
        "state": network().state_dict(),
    }


def make(folder):
    for name, value in files().items():
        torch.save(value, folder / f"{name}.pt")
    torch.save(training_checkpoint(), folder / "legacy.pt", _use_new_zipfile_serialization=False)


# --- The same edits in torch -----------------------------------------------------------------------------------------


def without(value, *names):
    return {key: inner for key, inner in value.items() if key not in names}


def cast_floats(value, dtype):
    """`.to(dtype)` of each storage once, so that what shares memory goes on sharing it."""
    done = {}

    def cast(tensor):
        if not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point() or tensor.is_quantized:
            return tensor
        if tensor.is_sparse:
            return torch.sparse_coo_tensor(tensor._indices(), tensor._values().to(dtype), tensor.shape)
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in done:
            flat = torch.empty(0, dtype=tensor.dtype).set_(storage)
            done[storage.data_ptr()] = flat.to(dtype)
        return done[storage.data_ptr()].as_strided(tensor.size(), tensor.stride(), tensor.storage_offset())

    return {key: cast(inner) for key, inner in value.items()}


def stripped(value):
    value = copy.deepcopy(value)
    consume_prefix_in_state_dict_if_present(value["model_state_dict"], "module.")
    return value


def plain(value):
    if isinstance(value, argparse.Namespace):
        return plain(vars(value))
    if isinstance(value, numpy.generic):
        return value.item()
    if isinstance(value, numpy.ndarray):
        return torch.from_numpy(value)
    if isinstance(value, (collections.deque, range)):
        return list(value)
    if isinstance(value, frozenset):
        return set(value)
    if isinstance(value, pathlib.PurePath):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return value


def remapped_device(value):
    value["args"].device = torch.device("cpu")
    return value


def frozen(value):
    for parameter in value["net"].parameters():
        parameter.requires_grad = False
    value["net"].eval()
    return value


def composed():
    state, training, module = (files()[name] for name in ["state", "training", "module"])
    return {
        "model_state_dict": state,
        "epoch": 5,
        "optimizer_state_dict": training["optimizer_state_dict"],
        "model": module["net"],
        "half": tied()["half"],
    }


def duplicated(value):
    return {"a": value["a"], "copy": value["a"], **without(value, "a")}


def moved(value):
    return {"epoch": value["epoch"], **without(value, "epoch")}


def renumbered(value):
    """Without the parameter of the convolution: the first group is empty then, and goes."""
    optimizer = value["optimizer_state_dict"]
    del value["model_state_dict"]["module.conv.weight"]
    optimizer["state"] = {key - 1: inner for key, inner in optimizer["state"].items() if key != 0}
    optimizer["param_groups"] = [{**optimizer["param_groups"][1], "params": [0, 1, 2, 3]}]
    return value


EDITS = {
    "keep": ("training", lambda v: {"model_state_dict": v["model_state_dict"], "epoch": 17}),
    "remove": ("training", lambda v: {**without(v, "optimizer_state_dict"), "names": ["a", "c"]}),
    "strip": ("training", stripped),
    "set": ("training", lambda v: {**v, "epoch": 18, "lr": 1e-3, "nested": {"t": (1, None, None), "text": "é\n"}, "new": {"k": [1, (2,)]}}),
    "move": ("training", moved),
    "duplicate": ("tied", duplicated),
    "remap": ("training", lambda v: v),
    "remapValues": ("impure", remapped_device),
    "half": ("tied", lambda v: cast_floats(v, torch.float16)),
    "bfloat16": ("tied", lambda v: cast_floats(v, torch.bfloat16)),
    "float8": ("tied", lambda v: cast_floats(v, torch.float8_e5m2)),
    "double": ("tied", lambda v: cast_floats(v, torch.float64)),
    "extract": ("module", lambda v: v["net"].state_dict()),
    "extractPart": ("module", lambda v: v["net"].head.state_dict()),
    "extractOptimizer": ("training", lambda v: v["optimizer_state_dict"]),
    "extractTensor": ("tied", lambda v: v["view"]),
    "compose": ("state", lambda v: composed()),
    "freeze": ("module", frozen),
    "plain": ("impure", plain),
    "compact": ("tied", lambda v: v),
    "renumber": ("training", renumbered),
    "reset": ("training", lambda v: v["optimizer_state_dict"]["state"].pop(2) and v),
    "legacy": ("training", stripped),
}


def storage_of(tensor):
    return None if tensor.is_sparse or tensor.is_quantized else tensor.untyped_storage().data_ptr()


def differences(path, is_value, should_be, aliases):
    """Where two values differ, tied tensors included."""
    if type(is_value) is not type(should_be):
        return [f"{path}: {type(is_value).__name__}, not {type(should_be).__name__}"]
    if isinstance(should_be, torch.Tensor):
        return [f"{path}: {text}" for text in tensor_differences(is_value, should_be, aliases)]
    if isinstance(should_be, dict):
        if list(is_value) != list(should_be):
            return [f"{path}: keys {list(is_value)}, not {list(should_be)}"]
        found = [d for key in should_be for d in differences(f"{path}.{key}", is_value[key], should_be[key], aliases)]
        if hasattr(should_be, "_metadata"):
            found += differences(f"{path}._metadata", dict(is_value._metadata), dict(should_be._metadata), aliases)
        return found
    if isinstance(should_be, (list, tuple)):
        if len(is_value) != len(should_be):
            return [f"{path}: {len(is_value)} items, not {len(should_be)}"]
        pairs = enumerate(zip(is_value, should_be))
        return [d for index, (one, two) in pairs for d in differences(f"{path}.{index}", one, two, aliases)]
    if isinstance(should_be, argparse.Namespace):
        return differences(path, vars(is_value), vars(should_be), aliases)
    if isinstance(should_be, torch.nn.Module):
        found = differences(path, is_value.state_dict(keep_vars=True), should_be.state_dict(keep_vars=True), aliases)
        modes = [m.training for m in is_value.modules()], [m.training for m in should_be.modules()]
        return found + ([] if modes[0] == modes[1] else [f"{path}: training {modes[0]}"])
    if isinstance(should_be, numpy.ndarray):
        return [] if numpy.array_equal(is_value, should_be) else [f"{path}: {is_value}"]
    return [] if is_value == should_be else [f"{path}: {is_value!r}, not {should_be!r}"]


def tensor_differences(is_value, should_be, aliases):
    for field in ["dtype", "shape", "layout", "requires_grad"]:
        if getattr(is_value, field) != getattr(should_be, field):
            yield f"{field} {getattr(is_value, field)}, not {getattr(should_be, field)}"
            return
    if should_be.is_sparse:
        is_value, should_be = is_value._values(), should_be._values()
    elif should_be.is_quantized:
        is_value, should_be = is_value.int_repr(), should_be.int_repr()
    else:
        other = aliases.setdefault(storage_of(should_be), storage_of(is_value))
        if other != storage_of(is_value):
            yield "is tied differently"
    one, two = (t.detach().resolve_conj().contiguous().flatten().view(torch.uint8) for t in (is_value, should_be))
    if not torch.equal(one, two):
        yield "other numbers"


def load_safetensors(path):
    """Tensors and `__metadata__`, without the library: header, then the bytes of each tensor."""
    data = path.read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    dtypes = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}
    tensors = {}
    for name, field in header.items():
        if name != "__metadata__":
            first, last = (end + offset for offset in field["data_offsets"])
            flat = torch.frombuffer(bytearray(data[first:last]), dtype=dtypes[field["dtype"]])
            tensors[name] = flat.reshape(field["shape"]).clone()
    return tensors, header.get("__metadata__")


def check(folder):
    results = {}
    sources = files()
    for name, (source, edit) in EDITS.items():
        path = folder / f"{name}.out"
        if not path.exists():
            continue
        value = torch.load(path, weights_only=False)
        # Loaded, as the file was: what tensors share is then what the file says.
        before = torch.load(folder / f"{source}.pt", weights_only=False)
        # A compacted file lets go of what the views shared without overlapping.
        aliases = collections.defaultdict(lambda: None) if name == "compact" else {}
        found = differences("", value, edit(before), FreeAliases() if name == "compact" else aliases)
        if found:
            results[name] = found
    results["sizes"] = {
        name: torch.load(folder / "compact.out", weights_only=False)[name].untyped_storage().nbytes()
        for name in ["slice", "column", "a"]
    }
    results["weights_only"] = [
        name for name in EDITS if (folder / f"{name}.out").exists() and loads_weights_only(folder / f"{name}.out")
    ]
    results["metadata"] = {
        name: dict(torch.load(folder / f"{name}.out", weights_only=False)._metadata) for name in ["extract", "extractPart"]
    }
    print(json.dumps(results))


class FreeAliases(dict):
    def setdefault(self, _key, value):
        return value


def loads_weights_only(path):
    try:
        torch.load(path, weights_only=True)
        return True
    except Exception:
        return False


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
    if sys.argv[1] == "make":
        print("{}")
