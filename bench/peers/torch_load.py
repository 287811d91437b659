"""Loads a checkpoint as torch users do. Usage: torch_load.py FILE [mmap]."""

import sys

import torch

torch.load(sys.argv[1], map_location="cpu", weights_only=True, mmap=sys.argv[2:] == ["mmap"])
