#!/usr/bin/env python3
"""Train a dense network (64-48-32-10, ReLU) on the digits, small enough for a chip of 256 neurons, and export it.

Writes digits_dense.onnx with its .json sidecar, prints accuracy. Weights are kept below a bound in units of a layer's
own spread, so that few levels serve them (chips with weights of 4 bits).
"""
import argparse
import os

import torch
import torch.nn as nn

from fit import HERE, SCALE, Digits, fit, right
from quantized import export

WIDTHS, EPOCHS, SEED, SPREAD = (64, 48, 32, 10), 120, 1, 3.0


class BoundedLinear(nn.Linear):
    """Weights beyond SPREAD standard deviations of the layer are clamped, in training and in the exported file."""

    def bounded(self):
        bound = SPREAD * self.weight.detach().std()
        return torch.maximum(torch.minimum(self.weight, bound), -bound)

    def forward(self, x):
        return nn.functional.linear(x, self.bounded(), self.bias)


def make_dense():
    layers = [nn.Flatten()]
    for i, (before, after) in enumerate(zip(WIDTHS, WIDTHS[1:])):
        layers += ([nn.ReLU()] if i else []) + [BoundedLinear(before, after)]
    return nn.Sequential(*layers)


def plain(net):
    """The same network of ordinary layers, for export."""
    for i, layer in enumerate(net):
        if isinstance(layer, BoundedLinear):
            linear = nn.Linear(layer.in_features, layer.out_features)
            linear.weight.data, linear.bias.data = layer.bounded().detach(), layer.bias.data
            net[i] = linear
    return net.eval()


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--out", default=HERE, help="folder to write to")
    ap.add_argument("--seed", type=int, default=SEED)
    ap.add_argument("--epochs", type=int, default=EPOCHS)
    ap.add_argument("--validate", action="store_true",
                    help="development: hold out 297 training digits, print that score, write nothing")
    args = ap.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    digits = Digits(args.validate)
    net = plain(fit(make_dense, digits, args.epochs, 0.05, 1e-3, args.seed))
    print(f"  {'held out' if args.validate else 'test'} {right(net, digits.x_test, digits.y_test)}"
          f"/{len(digits.x_test)}, train {right(net, digits.x, digits.y)}/{len(digits.x)}")
    if not args.validate:
        export(net, digits.x_test[:1], os.path.join(args.out, "digits_dense"), SCALE)


if __name__ == "__main__":
    main()
