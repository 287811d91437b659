"""Writes the checkpoints that the bench opens, into the folder given. What is there already is kept.

resnet101.pth: the 626 tensors of torchvision's resnet101, random weights. large.pt: 400 tensors, 2.1 GB; half.pt: 200 such,
1 GB. many.pt and few.pt: 100,000 and 100 tensors of four numbers. many.pkl: the pickle of many.pt alone.
"""

import collections
import pathlib
import sys
import zipfile

import torch

BLOCKS = [3, 4, 23, 3]


def batch_norm(name, channels):
    yield name + ".weight", torch.rand(channels)
    yield name + ".bias", torch.randn(channels)
    yield name + ".running_mean", torch.randn(channels)
    yield name + ".running_var", torch.rand(channels)
    yield name + ".num_batches_tracked", torch.tensor(0)


def bottleneck(name, inputs, width, downsample):
    outputs = 4 * width
    shapes = [(width, inputs, 1, 1), (width, width, 3, 3), (outputs, width, 1, 1)]
    for index, shape in enumerate(shapes, 1):
        yield f"{name}.conv{index}.weight", torch.randn(shape)
        yield from batch_norm(f"{name}.bn{index}", shape[0])
    if downsample:
        yield f"{name}.downsample.0.weight", torch.randn(outputs, inputs, 1, 1)
        yield from batch_norm(f"{name}.downsample.1", outputs)


def resnet101():
    """The names and shapes of torchvision's `resnet101().state_dict()`, in its order."""
    yield "conv1.weight", torch.randn(64, 3, 7, 7)
    yield from batch_norm("bn1", 64)
    inputs = 64
    for layer, blocks in enumerate(BLOCKS, 1):
        width = 32 << layer
        for block in range(blocks):
            yield from bottleneck(f"layer{layer}.{block}", inputs, width, block == 0)
            inputs = 4 * width
    yield "fc.weight", torch.randn(1000, 2048)
    yield "fc.bias", torch.randn(1000)


def blocks(count, shape):
    """Tensors named as a language model names them."""
    parts = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.up_proj", "mlp.down_proj"]
    for index in range(count):
        layer, part = divmod(index, 2 * len(parts))
        suffix = "weight" if part % 2 == 0 else "bias"
        yield f"model.layers.{layer}.{parts[part // 2]}.{suffix}", torch.rand(shape)


def save(path, entries):
    if not path.exists():
        # In place under another name first: a cut file must not be taken for data.
        part = path.with_suffix(".part")
        torch.save(collections.OrderedDict(entries), part)
        part.rename(path)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    save(folder / "resnet101.pth", resnet101())
    save(folder / "large.pt", blocks(400, (1024, 1282)))
    save(folder / "half.pt", blocks(200, (1024, 1282)))
    save(folder / "many.pt", blocks(100_000, (4,)))
    save(folder / "few.pt", blocks(100, (4,)))
    pickle = folder / "many.pkl"
    if not pickle.exists():
        with zipfile.ZipFile(folder / "many.pt") as archive:
            pickle.write_bytes(archive.read(next(name for name in archive.namelist() if name.endswith("data.pkl"))))


if __name__ == "__main__":
    main()
