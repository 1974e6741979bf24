#!/usr/bin/env python3
"""Train the digits ResNet-110 in two block forms: post-activation as usual, or restructured for conversion.

Writes digits_resnet110_<form>.onnx and its .json sidecar: with clip activations or, with `--bits T`, with activations
of T bits (digits_resnet110_<form>_<T>bit.onnx). The post-activation form with ReLU is ../digits/digits_resnet110.onnx.
"""
import argparse
import functools
import os

import torch
import torch.nn as nn

from fit import HERE, SCALE, Digits, digits_train, fit, right
from quantized import BoundedReLU, ClipReLU, QuantReLU, export

EPOCHS, SEED, BOUND_PRICE = 80, 1, 1e-4


class RestructuredBlock(nn.Module):
    """x1 = act(BN x);  y = conv2(act(BN conv1 x1)) + shortcut(x1).

    The shortcut is tapped after the first neuron, so both branches carry spikes and no unquantised current runs
    along the trunk. Identity where the shape stays, else a 1x1 convolution. Reconstructed from the authors'
    sibling code (DSR): not the exact block of Meng 2022.
    """

    def __init__(self, cin, cout, stride, activation):
        super().__init__()
        self.norm, self.first = nn.BatchNorm2d(cin), activation()
        self.conv1, self.second = digits_train.conv_bn(cin, cout, stride), activation()
        self.conv2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        same = stride == 1 and cin == cout
        self.shortcut = nn.Identity() if same else nn.Conv2d(cin, cout, 1, stride, bias=False)
        nn.init.ones_(self.norm.bias)                                 # the trunk starts mostly above zero
        nn.init.zeros_(self.conv2.weight)                             # each block starts as its shortcut

    def forward(self, x):
        x1 = self.first(self.norm(x))
        return self.conv2(self.second(self.conv1(x1))) + self.shortcut(x1)


def make_restructured(activation, widths=(4, 8, 16)):
    layers, cin = [nn.Conv2d(1, widths[0], 3, 1, 1, bias=False)], widths[0]
    for stage, cout in enumerate(widths):
        for i in range(18):
            layers.append(RestructuredBlock(cin, cout, 2 if stage and i == 0 else 1, activation))
            cin = cout
    layers += [nn.BatchNorm2d(cin), activation(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, 10)]
    return nn.Sequential(*layers)


class BoundedBlock(digits_train.Block):
    """The post-activation block of ../digits/train.py with bounded activations."""

    def __init__(self, cin, cout, stride, activation):
        super().__init__(cin, cout, stride)
        self.inner, self.outer = activation(), activation()

    def forward(self, x):
        y = self.b(self.inner(self.a(x)))
        if self.pick is not None:
            x = nn.functional.conv2d(x, self.pick, stride=self.stride)
        return self.outer(x + y)


def make_post(activation, widths=(4, 8, 16)):
    layers, cin = [digits_train.conv_bn(1, widths[0]), activation()], widths[0]
    for stage, cout in enumerate(widths):
        for i in range(18):
            layers.append(BoundedBlock(cin, cout, 2 if stage and i == 0 else 1, activation))
            cin = cout
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(cin, 10)]
    return nn.Sequential(*layers)


def bounds(net):
    return [m.bound for m in net.modules() if isinstance(m, BoundedReLU)]


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--out", default=HERE, help="folder to write to")
    ap.add_argument("--form", choices=["restructured", "post"], default="restructured")
    ap.add_argument("--bits", type=int, help="activations of so many bits; without it they clip")
    ap.add_argument("--epochs", type=int, default=EPOCHS)
    ap.add_argument("--lr", type=float, default=0.1)
    ap.add_argument("--bound-price", type=float, default=BOUND_PRICE, help="kappa_theta: price of theta squared")
    ap.add_argument("--seed", type=int, default=SEED)
    ap.add_argument("--validate", action="store_true",
                    help="development: hold out 297 training digits, print that score, write nothing")
    args = ap.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    digits = Digits(args.validate)

    def small_bounds(net):
        """Pressure toward small thresholds: less current variance in the layer above. Our assumption."""
        thetas = bounds(net)
        return lambda: args.bound_price * sum(theta.square() for theta in thetas)

    name = f"digits_resnet110_{args.form}" + (f"_{args.bits}bit" if args.bits else "")
    print(f"{name}, seed {args.seed}")
    make = make_restructured if args.form == "restructured" else make_post
    activation = functools.partial(QuantReLU, args.bits) if args.bits else ClipReLU
    net = fit(lambda: make(activation), digits, args.epochs, args.lr, 5e-4, args.seed, small_bounds)
    print(f"  {'held out' if args.validate else 'test'} {right(net, digits.x_test, digits.y_test)}"
          f"/{len(digits.x_test)}, train {right(net, digits.x, digits.y)}/{len(digits.x)}, "
          f"thresholds {min(bounds(net)).item():.3f} ... {max(bounds(net)).item():.3f}")
    if not args.validate:
        export(net, digits.x_test[:1], os.path.join(args.out, name), SCALE)
        print(f"  exported form: test {right(net, digits.x_test, digits.y_test)}/{len(digits.x_test)}")


if __name__ == "__main__":
    main()
