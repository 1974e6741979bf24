"""Activations that a spiking neuron can repeat exactly, a price on their bits, and their export to ONNX.

Two activations with a learnable bound, one scalar a layer:

QuantReLU(T)   value = q * clip(floor(z / q + 1/2), 0, 2^T - 1),  q = lambda / 2^T
               The code fits T bits, so T spikes carry it without loss. QCFS as published (Bu 2022) with 2^T
               steps has 2^T + 1 levels, one more than T bits hold: the top level is left out here, in training.
ClipReLU       value = clip(z, 0, theta): what a rate code can say; theta is the neuron's threshold.

SpikePrice     the fine-grained bit-l1 term of Datta 2023: kappa times the number of ones in all codes.

Needs torch only.
"""
import json

import torch
import torch.nn as nn


class RoundSTE(torch.autograd.Function):
    """floor(x + 1/2); the gradient passes as if it were not there (straight through)."""

    @staticmethod
    def forward(ctx, x):
        return torch.floor(x + 0.5)

    @staticmethod
    def backward(ctx, grad):
        return grad


class BitCount(torch.autograd.Function):
    """Ones in the T-bit code of z: exact forward, surrogate backward.

    A bit is a square wave in z, its true gradient is zero almost everywhere. Backward, each of the T bits counts
    as the straight line z / lambda: d bit / dz = 1 / lambda on 0 < z < lambda, 0 outside, so T / lambda for their
    sum. The bound lambda gets no gradient: the price must push values down, not stretch the scale.
    Reconstructed: the paper's own surrogate is not public.
    """

    @staticmethod
    def forward(ctx, z, bound, bits):
        ctx.bits = bits
        ctx.save_for_backward(z, bound)
        return popcount(code_of(z, bound, bits), bits)

    @staticmethod
    def backward(ctx, grad):
        z, bound = ctx.saved_tensors
        inside = (z > 0) & (z < bound)
        return grad * inside * (ctx.bits / bound), None, None


def code_of(z, bound, bits):
    """The integer code 0 ... 2^T - 1, as floats."""
    quantum = bound / 2 ** bits
    return torch.floor(z / quantum + 0.5).clamp(0, 2 ** bits - 1)


def popcount(code, bits):
    """Number of ones in each code: the spikes that a bit-serial neuron sends."""
    total = torch.zeros_like(code)
    for _ in range(bits):
        half = torch.floor(code / 2)
        total += code - 2 * half
        code = half
    return total


class BoundedReLU(nn.Module):
    """Base of both activations: a learnable bound, set from the first batch it sees.

    The first batch sets the bound to `first` times the root mean square of its positive values.
    """

    def __init__(self, first=4.0, lowest=0.05):
        super().__init__()
        self.bound = nn.Parameter(torch.tensor(0.0))                  # 0: not set yet
        self.first, self.lowest = first, lowest

    def set_bound(self, z):
        with torch.no_grad():
            if self.bound.item() == 0:
                positive = z[z > 0]
                level = positive.pow(2).mean().sqrt() if positive.numel() else torch.tensor(1.0)
                self.bound.copy_(self.first * level)
            self.bound.clamp_(min=self.lowest)


class QuantReLU(BoundedReLU):
    def __init__(self, bits, **kw):
        super().__init__(**kw)
        self.bits, self.counting, self.spikes = bits, False, None

    def forward(self, z):
        if self.training:
            self.set_bound(z)
        top, quantum = 2 ** self.bits - 1, self.bound / 2 ** self.bits
        if self.counting:                                             # spikes per sample, for SpikePrice
            self.spikes = BitCount.apply(z, self.bound, self.bits).flatten(1).sum(1)
        return RoundSTE.apply(z / quantum).clamp(0, top) * quantum    # d/d bound: code error inside, top above


class ClipReLU(BoundedReLU):
    def forward(self, z):
        if self.training:
            self.set_bound(z)
        return torch.minimum(z.clamp(min=0), self.bound)              # d/d bound = 1 where z > bound


class SpikePrice:
    """kappa * mean over samples of all spikes of one inference; with kappa = 0 it only counts."""

    def __init__(self, net, kappa):
        self.layers, self.kappa = [m for m in net.modules() if isinstance(m, QuantReLU)], kappa
        for layer in self.layers:
            layer.counting = True

    def spikes(self):
        """Spikes of each sample of the batch that just went forward, one column a layer."""
        return torch.stack([layer.spikes for layer in self.layers], dim=1)

    def __call__(self):
        return self.kappa * self.spikes().sum(1).mean()


class FrozenQuantReLU(nn.Module):
    """QuantReLU for export: Mul by 1/q, Add 1/2, Floor, Clip 0 ... 2^T - 1, Mul by q; five scalars."""

    def __init__(self, bound, bits):
        super().__init__()
        self.top, self.quantum = float(2 ** bits - 1), bound / 2 ** bits

    def forward(self, z):
        return torch.floor(z * (1 / self.quantum) + 0.5).clamp(0.0, self.top) * self.quantum


class FrozenClipReLU(nn.Module):
    """ClipReLU for export: one Clip 0 ... theta."""

    def __init__(self, bound):
        super().__init__()
        self.bound = bound

    def forward(self, z):
        return z.clamp(0.0, self.bound)


def freeze(net):
    """Puts the export forms in place of all bounded activations of a trained network (in place)."""
    for name, child in net.named_children():
        if isinstance(child, QuantReLU):
            setattr(net, name, FrozenQuantReLU(child.bound.item(), child.bits))
        elif isinstance(child, ClipReLU):
            setattr(net, name, FrozenClipReLU(child.bound.item()))
        else:
            freeze(child)
    return net.eval()


def export(net, example, path, scale):
    """Writes path.onnx (the opset is the exporter's choice; BatchNorm after a convolution is folded into it) and path.json."""
    torch.onnx.export(freeze(net), example, path + ".onnx", input_names=["input"],
                      output_names=["logits"], dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}})
    with open(path + ".json", "w") as f:
        json.dump({"input": {"scale": scale}}, f, separators=(",", ":"))
