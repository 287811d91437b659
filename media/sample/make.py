"""Writes resnet_flowers.pt, the checkpoint that `npm start` opens: small, real, and the same bytes on every run.

    python media/sample/make.py

A small ResNet on 102 classes of flowers after 24 short epochs: parameters and buffers, a second head that shares the
weights of the first, SGD with momentum, a scheduler, an averaged copy, the command line's arguments, and the state of the
random number generator. No GPU is needed: the device of each tensor is said by torch's own hook for location tags.
"""

import argparse
import collections
import os

import torch
from torch import nn


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)) + identity)


class FlowerNet(nn.Module):
    def __init__(self, classes=102):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.layer1 = nn.Sequential(BasicBlock(8, 8), BasicBlock(8, 8))
        self.layer2 = nn.Sequential(BasicBlock(8, 16, stride=2), BasicBlock(16, 16))
        self.layer3 = nn.Sequential(BasicBlock(16, 32, stride=2))
        self.fc = nn.Linear(32, classes)
        # The same parameters under a second name, as a tied head has them.
        self.head = self.fc

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.head(x.mean((2, 3)))


def train(model, optimizer, scheduler, epochs):
    """Share of the images that are told apart after so many epochs of four images each."""
    images, labels = torch.randn(4, 3, 32, 32), torch.tensor([0, 17, 42, 101])
    for _ in range(epochs):
        optimizer.zero_grad()
        scores = model(images)
        nn.functional.cross_entropy(scores, labels).backward()
        optimizer.step()
        scheduler.step()
    return (scores.argmax(1) == labels).float().mean().item()


def checkpoint():
    torch.manual_seed(0)
    epochs = 24
    model = FlowerNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4, nesterov=True)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[30, 60, 80])
    accuracy = train(model, optimizer, scheduler, epochs)
    average = torch.optim.swa_utils.AveragedModel(model.fc, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.999))
    average.update_parameters(model.fc)
    return {
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "lr_scheduler": scheduler.state_dict(),
        "ema_head": average.state_dict(),
        "epoch": epochs,
        "best_acc1": accuracy,
        "class_names": ["pink primrose", "hard-leaved pocket orchid", "canterbury bells"],
        "args": argparse.Namespace(
            arch="flower_resnet", data="data/flowers102", epochs=90, batch_size=256, lr=0.01, momentum=0.9,
            weight_decay=1e-4, workers=8, seed=0, device="cuda:1", amp=True, resume=None, milestones=[30, 60, 80],
        ),
        "rng_state": torch.get_rng_state(),
    }


def save(objects, path):
    # Random number generators live on the CPU; the training itself ran on the second GPU, the averaged copy on the first.
    on_cpu = {objects["rng_state"].untyped_storage().data_ptr()}
    on_first = {value.untyped_storage().data_ptr() for value in objects["ema_head"].values()}

    def location_tag(storage):
        if storage.data_ptr() in on_cpu:
            return "cpu"
        return "cuda:0" if storage.data_ptr() in on_first else "cuda:1"

    original = torch.serialization.location_tag
    torch.serialization.location_tag = location_tag
    try:
        torch.save(objects, path)
    finally:
        torch.serialization.location_tag = original


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    save(checkpoint(), "resnet_flowers.pt")
