"""Makes a layer on one thread. Usage: torch_draw.py CALL RUNS. Prints the seconds of drawing its parameters each time."""

import json
import sys
import time

import torch
from torch import nn  # noqa: F401 - the call names it


def main():
    torch.set_num_threads(1)
    layer = eval(sys.argv[1])
    seconds = []
    for run in range(int(sys.argv[2]) + 1):
        torch.manual_seed(run)
        started = time.perf_counter()
        layer.reset_parameters()
        seconds.append(time.perf_counter() - started)
    print(json.dumps({"seconds": seconds[1:]}))


if __name__ == "__main__":
    main()
