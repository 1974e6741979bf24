#!/usr/bin/env python3
"""Train the two example networks on scikit-learn's 8x8 handwritten digits and export them as ONNX.

Writes next to this script (or into --out): the train/test arrays, digits_cnn.onnx,
digits_resnet110.onnx, their .json sidecars and the reference logits of the first 32 test digits.
Needs numpy, torch and scikit-learn; onnxruntime is optional (it checks the exported files).
"""
import argparse
import math
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits

SPLIT_SEED = 1797   # numpy.random.default_rng(SPLIT_SEED).permutation(1797): first 1297 train, last 500 test
TRAIN_SEED = 1      # weights, batch order and augmentation, set anew for each network
SCALE = 0.0625      # model input = stored pixel (0..16) / 16


def split_digits():
    digits = load_digits()
    images = digits.images.astype(np.uint8)[..., None]                # N x 8 x 8 x 1
    labels = digits.target.astype(np.uint8)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
    train, test = order[:1297], order[1297:]
    return images[train], labels[train], images[test], labels[test]


def to_input(images):
    """uint8 N x 8 x 8 x 1 -> float32 N x 1 x 8 x 8 in 0..1"""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float().contiguous() * SCALE


def conv_bn(cin, cout, stride=1):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout))


def avg_pool():
    return nn.AvgPool2d(2, count_include_pad=False)                   # True would export an empty Pad as well


def make_cnn():
    return nn.Sequential(
        conv_bn(1, 16), nn.ReLU(), conv_bn(16, 16), nn.ReLU(), avg_pool(),
        conv_bn(16, 32), nn.ReLU(), avg_pool(),
        nn.Flatten(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))


class Block(nn.Module):
    """Conv-BN-ReLU-Conv-BN-Add-ReLU with the untrained "option A" shortcut.

    Where the shape changes, the shortcut takes every second pixel and puts zero channels around:
    x[:, :, ::2, ::2], then padding. It is written as a 1x1 convolution of stride 2 with a constant
    0/1 weight, which is the same numbers; Slice and Pad would export as some 25 nodes of shape arithmetic.
    """

    def __init__(self, cin, cout, stride):
        super().__init__()
        self.a, self.b = conv_bn(cin, cout, stride), conv_bn(cout, cout)
        self.stride, pick = stride, None
        if stride != 1:
            first = (cout - cin) // 2
            pick = torch.eye(cout)[:, first:first + cin].reshape(cout, cin, 1, 1).contiguous()
        self.register_buffer("pick", pick)
        nn.init.zeros_(self.b[1].weight)                              # each block starts as the identity

    def forward(self, x):
        y = self.b(F.relu(self.a(x)))
        if self.pick is not None:
            x = F.conv2d(x, self.pick, stride=self.stride)
        return F.relu(x + y)


def make_resnet110(widths=(4, 8, 16)):
    layers, cin = [conv_bn(1, widths[0]), nn.ReLU()], widths[0]
    for stage, cout in enumerate(widths):
        for i in range(18):
            layers.append(Block(cin, cout, 2 if stage and i == 0 else 1))
            cin = cout
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, 10)]
    return nn.Sequential(*layers)


def augment(x):
    """A random small shift (to 0.8 pixel), rotation (to 10 degrees) and scaling (10 %) per image."""
    n = len(x)
    angle = (torch.rand(n) * 2 - 1) * math.radians(10)
    zoom = 1 + (torch.rand(n) * 2 - 1) * 0.1
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = angle.cos() * zoom
    theta[:, 0, 1], theta[:, 1, 0] = -angle.sin() * zoom, angle.sin() * zoom
    theta[:, :, 2] = (torch.rand(n, 2) * 2 - 1) * 0.2                 # 0.25 is one pixel of eight
    return F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), align_corners=False)


def train(make, x, y, epochs, lr, decay, batch=64):
    torch.manual_seed(TRAIN_SEED)
    net = make()
    weights = [p for p in net.parameters() if p.ndim > 1]             # no decay on biases and BN
    others = [p for p in net.parameters() if p.ndim <= 1]
    opt = torch.optim.SGD([{"params": weights, "weight_decay": decay}, {"params": others}],
                          lr=lr, momentum=0.9, nesterov=True)
    steps = epochs * (len(x) // batch)
    warm = steps // 10                                                # linear warm-up, then cosine to zero
    sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: (
        (s + 1) / warm if s < warm else 0.5 + 0.5 * math.cos(math.pi * (s - warm) / (steps - warm))))
    for epoch in range(epochs):
        net.train()
        order, total = torch.randperm(len(x)), 0.0
        for i in range(len(x) // batch):
            pick = order[i * batch:(i + 1) * batch]
            loss = F.cross_entropy(net(augment(x[pick])), y[pick])
            opt.zero_grad()
            loss.backward()
            opt.step()
            sched.step()
            total += loss.item()
        if (epoch + 1) % 10 == 0 or epoch + 1 == epochs:
            print(f"  epoch {epoch + 1}/{epochs}  mean loss {total / (len(x) // batch):.4f}", flush=True)
    return net.eval()


def right(logits, labels):
    return int((np.argmax(logits, axis=1) == labels).sum())


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)), help="folder to write to")
    ap.add_argument("--only", choices=["cnn", "resnet110"], help="train just this network")
    ap.add_argument("--threads", type=int, default=1, help="torch threads")
    ap.add_argument("--validate", action="store_true",
                    help="development: hold out 297 training digits, print that score, leave the test set alone, write nothing")
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(True)

    train_images, train_labels, test_images, test_labels = split_digits()
    if args.validate:
        test_images, test_labels = train_images[1000:], train_labels[1000:]
        train_images, train_labels = train_images[:1000], train_labels[:1000]
    else:
        for name in ("train_images", "train_labels", "test_images", "test_labels"):
            np.save(os.path.join(args.out, name + ".npy"), np.ascontiguousarray(locals()[name]))
    x, y, x_test = to_input(train_images), torch.from_numpy(train_labels).long(), to_input(test_images)

    recipes = {"cnn": (make_cnn, 80, 0.05, 5e-4), "resnet110": (make_resnet110, 80, 0.1, 5e-4)}
    for name, (make, epochs, lr, decay) in recipes.items():
        if args.only not in (None, name):
            continue
        print(name)
        net = train(make, x, y, epochs, lr, decay)                    # the last epoch is the result
        with torch.no_grad():
            logits = net(x_test).numpy()
            print(f"  train {right(net(x).numpy(), train_labels)}/{len(x)}", end="  ")
        print(f"{'held out' if args.validate else 'test'} {right(logits, test_labels)}/{len(x_test)} (torch)")
        if args.validate:
            continue

        path = os.path.join(args.out, f"digits_{name}")
        torch.onnx.export(net, x_test[:1], path + ".onnx", input_names=["input"],
                          output_names=["logits"], dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}})
        with open(path + ".json", "w") as f:
            f.write('{"input":{"scale":%s}}' % SCALE)
        try:
            import onnxruntime
            session = onnxruntime.InferenceSession(path + ".onnx", providers=["CPUExecutionProvider"])
            from_torch, logits = logits, session.run(["logits"], {"input": x_test.numpy()})[0]
            print(f"  test {right(logits, test_labels)}/{len(x_test)} (onnxruntime, exported file), "
                  f"largest difference of a logit from torch {np.abs(logits - from_torch).max():.2e}")
        except ImportError:
            print("  onnxruntime is not installed: reference logits are torch's")
        np.save(os.path.join(args.out, f"reference_logits_{name}.npy"), np.ascontiguousarray(logits[:32]))


if __name__ == "__main__":
    main()
