"""Moves a checkpoint to another device as torch users do. Usage: torch_remap.py FILE OUT [mmap]."""

import sys

import torch

# To the device that the tensors are on: torch does the same work for any other, and there is no other here.
checkpoint = torch.load(sys.argv[1], map_location="cpu", weights_only=True, mmap=sys.argv[3:] == ["mmap"])
torch.save(checkpoint, sys.argv[2])
