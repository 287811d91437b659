"""What torch loads from a file, by key: `loaded.py FILE`. Values as their repr, tensors as dtype, shape and a digest of their bytes."""

import hashlib
import json
import sys

import torch


def flat(value, key=""):
    if isinstance(value, torch.Tensor):
        data = value.detach().contiguous().flatten().view(torch.uint8).numpy().tobytes()
        yield key, f"{value.dtype} {list(value.shape)} {hashlib.sha256(data).hexdigest()}"
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from flat(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, (list, tuple)):
        for place, item in enumerate(value):
            yield from flat(item, f"{key}.{place}" if key else str(place))
    else:
        yield key, repr(value)


def by_key(path):
    return dict(flat(torch.load(path, map_location="cpu", weights_only=False)))


if __name__ == "__main__":
    print(json.dumps(by_key(sys.argv[1])))
