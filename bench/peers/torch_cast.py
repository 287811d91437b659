"""Casts a state dict on one thread and saves it, synced to the disk. Usage: torch_cast.py FILE OUT DTYPE RUNS.

Prints the seconds of each run: `.to()` and saving, without the import and without loading.
"""

import json
import os
import sys
import time

import torch


def seconds(checkpoint, out, dtype):
    started = time.perf_counter()
    cast = {key: tensor.to(dtype) for key, tensor in checkpoint.items()}
    with open(out, "wb") as file:
        torch.save(cast, file)
        os.fsync(file.fileno())
    elapsed = time.perf_counter() - started
    os.unlink(out)
    return elapsed


def main():
    file, out, dtype, runs = sys.argv[1], sys.argv[2], getattr(torch, sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(1)
    checkpoint = torch.load(file, weights_only=True)
    seconds(checkpoint, out, dtype)
    print(json.dumps({"seconds": [seconds(checkpoint, out, dtype) for _ in range(runs)]}))


if __name__ == "__main__":
    main()
