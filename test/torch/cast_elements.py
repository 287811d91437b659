"""Casts `<folder>/<dtype>.bin` to every floating dtype, into `<folder>/<dtype>-<target>.bin`."""

import json
import os
import sys

import torch

torch.set_num_threads(1)
folder = sys.argv[1]
targets = sys.argv[2].split(',')
sources = sorted(name[:-4] for name in os.listdir(folder) if name.endswith('.bin') and '-' not in name)
for source in sources:
    path = os.path.join(folder, source)
    with open(path + '.bin', 'rb') as file:
        elements = torch.frombuffer(bytearray(file.read()), dtype=getattr(torch, source))
    for target in targets:
        cast = elements.to(getattr(torch, target))
        with open(f'{path}-{target}.bin', 'wb') as file:
            file.write(cast.view(torch.uint8).numpy().tobytes())
print(json.dumps(len(sources)))
