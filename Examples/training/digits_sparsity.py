#!/usr/bin/env python3
"""Train the digits CNN with T-bit activations, without and with a price on every spike, and export both.

Writes digits_k0.onnx and digits_sparse.onnx with their .json sidecars, prints accuracy and spikes per inference.
"""
import argparse
import os

import torch
import torch.nn as nn

from fit import HERE, SCALE, Digits, digits_train, fit, right
from quantized import QuantReLU, SpikePrice, export

BITS, KAPPA, EPOCHS, SEED = 4, 6e-4, 80, 1


def make_cnn():
    """The network of ../digits/train.py with a quantised activation for each ReLU."""
    net = digits_train.make_cnn()
    for i, layer in enumerate(net):
        if isinstance(layer, nn.ReLU):
            net[i] = QuantReLU(BITS)
    return net


def count_spikes(net, x):
    """Mean spikes per inference, one number a layer."""
    price = SpikePrice(net, 0)
    with torch.no_grad():
        net(x)
        return price.spikes().mean(0).tolist()


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--out", default=HERE, help="folder to write to")
    ap.add_argument("--kappa", type=float, default=KAPPA, help="price of one spike in the sparse network")
    ap.add_argument("--seed", type=int, default=SEED)
    ap.add_argument("--epochs", type=int, default=EPOCHS)
    ap.add_argument("--only", choices=["k0", "sparse"], help="train just this network")
    ap.add_argument("--validate", action="store_true",
                    help="development: hold out 297 training digits, print that score, write nothing")
    args = ap.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    digits = Digits(args.validate)

    for name, kappa in (("k0", 0.0), ("sparse", args.kappa)):
        if args.only not in (None, name):
            continue
        print(f"digits_{name}: kappa {kappa:g}, {BITS} bits, seed {args.seed}")
        net = fit(make_cnn, digits, args.epochs, 0.05, 5e-4, args.seed, lambda net: SpikePrice(net, kappa))
        spikes = count_spikes(net, digits.x_test)
        print(f"  {'held out' if args.validate else 'test'} {right(net, digits.x_test, digits.y_test)}"
              f"/{len(digits.x_test)}, train {right(net, digits.x, digits.y)}/{len(digits.x)}, "
              f"spikes per inference {sum(spikes):.1f}, by layer {' '.join(f'{s:.1f}' for s in spikes)}")
        print("  bounds " + " ".join(f"{m.bound.item():.3f}" for m in net.modules() if isinstance(m, QuantReLU)))
        if not args.validate:
            export(net, digits.x_test[:1], os.path.join(args.out, f"digits_{name}"), SCALE)
            print(f"  exported form: test {right(net, digits.x_test, digits.y_test)}/{len(digits.x_test)}")


if __name__ == "__main__":
    main()
