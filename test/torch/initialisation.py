"""Compares numbers that were drawn elsewhere with those of real torch: cases as JSON on stdin, a result for each as JSON."""
import base64
import json
import sys

import numpy
import torch
from torch import nn  # noqa: F401 - the cases' code names it


def tensors(made):
    if isinstance(made, nn.Module):
        return [(name, value) for name, value in made.state_dict().items()]
    return [(str(index), value) for index, value in enumerate(made)]


def compared(case):
    torch.manual_seed(case["seed"])
    scope = {"torch": torch, "nn": nn}
    exec(case["code"], scope)
    expected = tensors(scope["made"])
    problems = []
    names = [name for name, _ in expected]
    if names != [tensor["name"] for tensor in case["tensors"]]:
        problems.append(f"names {names}")
    worst, different = 0.0, 0
    for (_, want), have in zip(expected, case["tensors"]):
        values = numpy.frombuffer(base64.b64decode(have["data"]), dtype="<f4")
        want = want.detach().to(torch.float32)
        if list(want.shape) != have["shape"]:
            problems.append(f"shape {have['name']} {list(want.shape)}")
            continue
        want = want.contiguous().numpy().reshape(-1)
        different += int((want.view("<u4") != values.view("<u4")).sum())
        if want.size:
            worst = max(worst, float(numpy.abs(want - values).max()))
    return {"problems": problems, "different": different, "worst": worst}


json.dump([compared(case) for case in json.load(sys.stdin)], sys.stdout)
