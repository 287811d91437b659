"""Writes the files that the tests in VS Code open: `editor_files.py FOLDER`."""

import argparse
import sys
from collections import OrderedDict
from pathlib import Path, PurePosixPath

import torch
from torch import nn

folder = Path(sys.argv[1])


class Net(nn.Module):
    """A class that nobody can import when the file is opened: it is one of __main__."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        self.fc = nn.Linear(8, 2)


def save_on(device, value, path):
    """As a machine with that device would write it: the tag is the only difference."""
    tag = torch.serialization.location_tag
    torch.serialization.location_tag = lambda storage: device
    try:
        torch.save(value, path)
    finally:
        torch.serialization.location_tag = tag


torch.manual_seed(0)
net = Net()
torch.save(net, folder / "net.pkl")
torch.save(net.state_dict(), folder / "net_params.pkl")

optimizer = torch.optim.SGD(net.parameters(), lr=0.003, momentum=0.9)
net.fc(torch.ones(1, 8)).sum().backward()
net.features(torch.ones(1, 3, 4, 4)).sum().backward()
optimizer.step()
save_on(
    "cuda:1",
    {"model_state_dict": net.state_dict(), "optimizer_state_dict": optimizer.state_dict(), "epoch": 17},
    folder / "train.ckpt",
)

settings = argparse.Namespace(lr=0.003, arch="net")
torch.save({"weight": torch.zeros(2, 2), "args": settings, "path": PurePosixPath("runs/1")}, folder / "args.pt")

# A model of one's own that is to load the features of the network above.
own = nn.ModuleDict(
    {"features": nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU()), "head": nn.Linear(8, 5)}
)
torch.save(own.state_dict(), folder / "own.pt")

# What the lines of the tutorial are about: a first convolution of 7×7 and a head of 2,048 inputs.
tutorial = nn.Sequential(
    OrderedDict(
        conv1=nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False),
        bn1=nn.BatchNorm2d(64),
        relu=nn.ReLU(),
        pool=nn.AdaptiveAvgPool2d((4, 8)),
        flatten=nn.Flatten(),
        fc=nn.Linear(2048, 1000),
    )
)
torch.save(tutorial, folder / "tutorial.pkl")
torch.save(tutorial.state_dict(), folder / "tutorial_params.pkl")

parallel = nn.DataParallel(net)
torch.save(parallel.state_dict(), folder / "parallel.pt")
torch.save({"slice": torch.arange(1000, dtype=torch.float32)[:10]}, folder / "slice.pt")
torch.save(optimizer.state_dict(), folder / "optimizer.pt")

named = folder / "模型 测试"
named.mkdir(exist_ok=True)
weights = OrderedDict([("编码器.权重", torch.zeros(4, 3)), ("编码器.偏置", torch.zeros(4)), ("<b>头</b>", torch.ones(2))])
torch.save(weights, named / "最佳 权重.pkl")

# A network of torchvision, where that is installed, with statistics as training leaves them.
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts" / "catalogue"))
try:
    import load_torchvision  # noqa: F401
    from torchvision.models import resnet18
except ImportError:
    pass
else:
    network = resnet18()
    network(torch.randn(2, 3, 32, 32))
    torch.save(network.state_dict(), folder / "resnet18.pt")

print("null")
