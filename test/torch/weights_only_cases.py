"""Writes checkpoints of all sorts into a folder and prints what `torch.load(weights_only=True)` says to each.

Usage: weights_only_cases.py FOLDER. Output: {file: {"loads": bool, "message": str}}.
"""

import argparse
import collections
import datetime
import decimal
import enum
import functools
import json
import pathlib
import pickle
import re
import struct
import sys
import types
import zipfile

import numpy
import torch


class Color(enum.Enum):
    RED = 1


class Outer:
    class Inner:
        pass


def tensor_objects():
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.note = "attribute"
    tagged = torch.ones(2)
    tagged.note = "attribute"
    linear = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(linear.parameters())
    linear(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return {
        "state_dict": linear.state_dict(),
        "module": linear,
        "optimizer_state": optimizer.state_dict(),
        "optimizer": optimizer,
        "scheduler_state": torch.optim.lr_scheduler.StepLR(optimizer, 1).state_dict(),
        "lambda_scheduler_state": torch.optim.lr_scheduler.LambdaLR(optimizer, float).state_dict(),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "parameter_with_state": parameter,
        "tensor_with_state": tagged,
        "buffer": torch.nn.Buffer(torch.ones(2)),
        "quantized": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        "sparse_coo": torch.eye(2).to_sparse(),
        "sparse_csr": torch.eye(2).to_sparse_csr(),
        "nested": torch.nested.nested_tensor([torch.ones(1), torch.ones(2)]),
        "meta": torch.ones(2, device="meta"),
        "conj": torch.ones(2, dtype=torch.complex64).conj(),
        "uint16": torch.ones(2, dtype=torch.uint16),
        "float8": torch.ones(2).to(torch.float8_e5m2),
        "untyped_storage": torch.ones(2).untyped_storage(),
        "typed_storage": torch.ones(2).storage(),
        "empty_tensor": torch.ones(0),
        "generator": torch.Generator(),
        "rng_state": torch.get_rng_state(),
    }


def plain_objects():
    return {
        "none": None,
        "bool": True,
        "int": 3,
        "big_int": 2**100,
        "huge_int": 2**3000,
        "float": 1.5,
        "text": "text",
        "surrogate": "\ud800",
        "complex": 1 + 2j,
        "bytes": b"bytes",
        "empty_bytes": b"",
        "bytearray": bytearray(b"bytes"),
        "list": [1, [2, [3]]],
        "tuple": (1, (2, 3), ()),
        "set": {1, 2},
        "frozenset": frozenset({1}),
        "ordered_dict": collections.OrderedDict(a=1),
        "counter": collections.Counter("abca"),
        "defaultdict": collections.defaultdict(list, a=[1]),
        "empty_defaultdict": collections.defaultdict(),
        "deque": collections.deque([1, 2]),
        "empty_deque": collections.deque(),
        "size": torch.Size([1, 2]),
        "device": torch.device("cuda:1"),
        "dtype": torch.float32,
        "small_dtype": torch.uint3,
        "layout": torch.sparse_coo,
        "memory_format": torch.channels_last,
        "qscheme": torch.per_tensor_affine,
        "numpy_scalar": {"lr": numpy.float64(0.1)},
        "numpy_array": numpy.arange(3),
        "numpy_dtype": numpy.dtype("f4"),
        "namespace": argparse.Namespace(lr=0.1),
        "simple_namespace": types.SimpleNamespace(lr=0.1),
        "path": pathlib.PurePosixPath("a/b"),
        "range": range(3),
        "slice": slice(1, 2),
        "enum": Color.RED,
        "nested_class": Outer.Inner,
        "object": Outer(),
        "type": int,
        "function": functools.reduce,
        "partial": functools.partial(int, base=2),
        "date": datetime.datetime(2026, 1, 1),
        "decimal": decimal.Decimal("1.5"),
        "exception": ValueError("no"),
        "object_itself": object(),
    }


def pid(*items):
    """The opcodes of a persistent id with these elements, each already opcodes."""
    return b"(" + b"".join(items) + b"tQ"


def text(value):
    encoded = value.encode()
    return b"X" + struct.pack("<I", len(encoded)) + encoded


FLOAT = b"ctorch\nFloatStorage\n"
STORAGE = text("storage")
PRESENT = pid(STORAGE, FLOAT, text("0"), text("cpu"), b"K\x02")
ORDERED = b"ccollections\nOrderedDict\n)R"
REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"


def tensor(storage):
    return REBUILD + b"(" + storage + b"K\x00K\x02\x85K\x01\x85\x89" + ORDERED + b"tR"


def hand_made():
    """Pickles without PROTO 2 and STOP; record `data/0` holds eight bytes."""
    return {
        "tensor": tensor(PRESENT),
        "storage": PRESENT,
        "storage_int_key": pid(STORAGE, FLOAT, b"K\x00", text("cpu"), b"K\x02"),
        "storage_byte_string": pid(b"U\x07storage", FLOAT, b"U\x010", b"U\x03cpu", b"K\x02"),
        "storage_missing": tensor(pid(STORAGE, FLOAT, text("7"), text("cpu"), b"K\x02")),
        "storage_larger": tensor(pid(STORAGE, FLOAT, text("0"), text("cpu"), b"K\x03")),
        "storage_smaller": tensor(pid(STORAGE, FLOAT, text("0"), text("cpu"), b"K\x01")),
        "storage_second_size": b"(" + PRESENT + pid(STORAGE, FLOAT, text("0"), text("cpu"), b"K\x09") + b"t",
        "storage_cuda_class": pid(STORAGE, b"ctorch.cuda\nFloatStorage\n", text("0"), text("cpu"), b"K\x02"),
        "storage_untyped": pid(STORAGE, b"ctorch.storage\nUntypedStorage\n", text("0"), text("cpu"), b"K\x08"),
        "storage_untyped_torch": pid(STORAGE, b"ctorch\nUntypedStorage\n", text("0"), text("cpu"), b"K\x08"),
        "storage_typed": pid(STORAGE, b"ctorch.storage\nTypedStorage\n", text("0"), text("cpu"), b"K\x02"),
        "storage_dtype_class": pid(STORAGE, b"ctorch\nfloat32\n", text("0"), text("cpu"), b"K\x02"),
        "storage_foreign_module": pid(STORAGE, b"cfoo.bar\nFloatStorage\n", text("0"), text("cpu"), b"K\x02"),
        "storage_none_class": pid(STORAGE, b"N", text("0"), text("cpu"), b"K\x02"),
        "storage_short": pid(STORAGE, FLOAT, text("0"), text("cpu")),
        "storage_long": pid(STORAGE, FLOAT, text("0"), text("cpu"), b"K\x02", b"N"),
        "pid_module": pid(text("module"), FLOAT, text("file"), text("source")),
        "pid_text": text("0") + b"Q",
        "pid_int": b"K\x00Q",
        "pid_empty": b")Q",
        "global_os": b"cos\nsystem\n",
        "global_sys": b"csys\npath\n",
        "global_os_path": b"cos.path\njoin\n",
        "global_eval": b"c__builtin__\neval\n",
        "global_set_python2": b"c__builtin__\nset\n]\x85R",
        "global_set_python3": b"cbuiltins\nset\n]\x85R",
        "global_unicode": b"c__builtin__\nunicode\n",
        "global_reconstructor": b"ccopy_reg\n_reconstructor\n",
        "global_dotted": b"ctorch\n_utils._rebuild_tensor_v2\n",
        "global_dotted_protocol_4": b"\x80\x04ctorch\n_utils._rebuild_tensor_v2\n",
        "global_python2_protocol_3": b"\x80\x03c__builtin__\nset\n",
        "global_dropped": b"cos\nsystem\nK\x01",
        "global_overwritten": b"cfoo\nbar\nq\x00K\x01q\x00h\x00",
        "protocol_3": b"\x80\x03K\x01",
        "protocol_5": b"\x80\x05K\x01",
        "pop": b"K\x01K\x020",
        "pop_mark": b"K\x01(K\x021",
        "dup": b"K\x012",
        "put_text": b"K\x01p0\n",
        "int_text": b"I1\n",
        "unicode_text": b"Vtext\n",
        "ext1": b"\x82\x01",
        "long4": b"\x8b\x01\x00\x00\x00\x05",
        "memoize": b"K\x01\x94",
        "frame": b"\x95\x02\x00\x00\x00\x00\x00\x00\x00K\x01",
        "short_text": b"\x8c\x04text",
        "stack_global": b"\x8c\x0bcollections\x8c\x0bOrderedDict\x93",
        "empty_set": b"\x8f",
        "add_items": b"\x8f(K\x01\x90",
        "frozenset": b"(K\x01\x91",
        "inst": b"(icollections\nOrderedDict\n",
        "obj": b"(ccollections\nOrderedDict\no",
        "newobj_ex": b"ccollections\nOrderedDict\n)}\x92",
        "newobj": b"ccollections\nOrderedDict\n)\x81",
        "newobj_filled": b"ccollections\nOrderedDict\n)\x81K\x01K\x02s",
        "newobj_parameter": b"ctorch.nn.parameter\nParameter\n)\x81",
        "newobj_dtype": b"ctorch\nfloat32\n)\x81",
        "newobj_function": REBUILD + b")\x81",
        "newobj_storage": FLOAT + b")\x81",
        "newobj_text": text("a") + b")\x81",
        "newobj_unknown_filled": b"cfoo\nBar\n)\x81K\x01K\x02s",
        "reduce_dtype": b"ctorch\nfloat32\n)R",
        "reduce_storage": FLOAT + b")R",
        "reduce_tuple": b"))R",
        "reduce_result": ORDERED + b")R",
        "reduce_list_arguments": b"ctorch\nSize\n]]aR",
        "append_list": b"]K\x01a",
        "append_ordered": ORDERED + b"K\x01a",
        "append_tuple": b")K\x01a",
        "appends_dict": b"}(K\x01e",
        "set_item_list": b"]K\x00aK\x00K\x01s",
        "set_item_counter": b"ccollections\nCounter\n)RK\x00K\x01s",
        "set_item_size": b"ctorch\nSize\n)RK\x00K\x01s",
        "set_item_tensor": tensor(PRESENT) + b"K\x00K\x01s",
        "set_items_none": b"N(K\x00K\x01u",
        "set_item_defaultdict": b"ccollections\ndefaultdict\n)RK\x00K\x01s",
        "build_ordered": ORDERED + b"}" + text("_metadata") + b"}sb",
        "build_ordered_twice": ORDERED + b"}b}b",
        "build_ordered_ordered": ORDERED + ORDERED + b"b",
        "build_ordered_none": ORDERED + b"Nb",
        "build_counter": b"ccollections\nCounter\n)R}b",
        "build_dict": b"}}b",
        "build_list": b"]}b",
        "build_bytes": b"c_codecs\nencode\n" + text("a") + text("latin1") + b"\x86R}b",
        "build_layout": b"ctorch.serialization\n_get_layout\n" + text("torch.strided") + b"\x85R}b",
        "build_old_tensor": b"ctorch\nFloatTensor\n)\x81(" + PRESENT + b"K\x00K\x02\x85K\x01\x85tb",
        "byte_string": b"U\x03abc",
        "byte_string_utf8": b"U\x02\xc3\xa9",
        "byte_string_latin1": b"U\x01\xe9",
        "byte_string_in_argument": ORDERED + b"U\x01\xe9K\x01s",
        "unfinished": b"(K\x01",
        "missing_memo": b"h\x05",
    }


def write_zip(path, data, records=(("byteorder", b"little"), ("data/0", bytes(8)), ("version", b"3\n"))):
    with zipfile.ZipFile(path, "w") as archive:
        if data is not None:
            archive.writestr("archive/data.pkl", data)
        for name, content in records:
            archive.writestr("archive/" + name, content)


def save(value, path, **options):
    """What this torch cannot save leaves no file."""
    try:
        torch.save(value, path, **options)
    except (AttributeError, RuntimeError, TypeError):
        path.unlink(missing_ok=True)


def write_all(folder):
    for name, value in {**plain_objects(), **tensor_objects()}.items():
        save(value, folder / f"{name}.pt")
        # torch rebuilds a legacy nested tensor from sizes that it has not read yet: what comes of it is chance.
        if name != "nested":
            save(value, folder / f"{name}.legacy.pt", _use_new_zipfile_serialization=False)
    for protocol in [1, 3, 4, 5]:
        torch.save({"w": torch.ones(2)}, folder / f"protocol{protocol}.pt", pickle_protocol=protocol)
    for name, body in hand_made().items():
        write_zip(folder / f"hand_{name}.pt", b"\x80\x02" + body + b".")
    write_zip(folder / "hand_no_protocol.pt", b"K\x01.")
    write_zip(folder / "hand_no_stop.pt", b"\x80\x02K\x01")
    write_zip(folder / "hand_after_stop.pt", b"\x80\x02K\x01.cos\nsystem\n.")
    write_zip(folder / "no_version.pt", b"\x80\x02N.", records=[])
    write_zip(folder / "other_version.pt", b"\x80\x02N.", records=[(".data/version", b"3\n")])
    write_zip(folder / "no_pickle.pt", None)
    write_zip(folder / "constants.pt", b"\x80\x02N.", records=[("constants.pkl", b"\x80\x02)."), ("version", b"3\n")])
    (folder / "plain.pkl").write_bytes(pickle.dumps({"a": 1}, 2))
    with zipfile.ZipFile(folder / "upper_case.pt", "w") as archive:
        archive.writestr("archive/DATA.PKL", b"\x80\x02N.")
        archive.writestr("archive/VERSION", b"3\n")


def answer(path):
    try:
        torch.load(path, map_location="cpu", weights_only=True)
        return {"loads": True, "message": ""}
    except Exception as error:
        message = re.sub(r"(?s)^Weights only load failed.*?WeightsUnpickler error:\s*", "", str(error))
        return {"loads": False, "message": f"{type(error).__name__}: {message.splitlines()[0][:200] if message else ''}"}


def main():
    folder = pathlib.Path(sys.argv[1])
    write_all(folder)
    sys.stdout.flush()
    print(json.dumps({path.name: answer(path) for path in sorted(folder.iterdir())}))


if __name__ == "__main__":
    main()
