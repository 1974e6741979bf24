#!/usr/bin/env python3
"""Write a spiking network as a Spikeloom `.snn` file from plain NumPy arrays.

A `.snn` file is a safetensors file: 8 bytes of header length (little-endian), a JSON header naming the tensors,
the tensors' bytes. The network's structure is JSON text under `__metadata__.spikeloom`. The article
Sources/LoomImport/LoomImport.docc/SpikingNetworkFile.md states every key. Only NumPy is needed.

    net = SpikingNet("demo", input_shape=(1, 8, 8), timesteps=50, coding="spikes")
    hidden = net.convolution(net.input, kernels, threshold=100, padding=1)    # [out, in/groups, ky, kx]
    answer = net.dense(hidden, matrix, threshold=80)                          # [out, in], inputs channel-first
    net.write("demo.snn", outputs=[answer])

As a program it turns a folder of integer layers (w0.npy, w1.npy, ..., thresholds.npy, input.npy) into a network:

    python3 write_snn.py --workload DIR -o NAME.snn --samples NAME.npy

--samples also writes input.npy as one raster sample, 1 x steps x inputs or 1 x steps x height x width x channels.
In such a folder a matrix is [in, out]; a kernel is [ky, kx, in, out] of a "valid" convolution (stride 1 for the first, 2 for the
others); maps are channels-last; a neuron fires when V > threshold and is then set to 0.
"""
import argparse
import json
import pathlib
import struct

import numpy as np

DTYPES = {"int8": "I8", "uint8": "U8", "int16": "I16", "int32": "I32", "int64": "I64", "float32": "F32", "float64": "F64"}


class SpikingNet:
    """Populations and the projections between them, collected and then written."""

    def __init__(self, name, input_shape, timesteps, coding="spikes", schedule="aligned", integer=True, scale=1.0):
        """coding: "spikes" (samples are rasters of 0 and 1) or "direct" (samples are images, multiplied by scale, whose
        first-layer current is constant). schedule: "aligned" (layer l at step t sees layer l-1 at step t) or
        "freeRunning" (every projection takes a step). integer: weights and thresholds are to be kept exactly."""
        self.tensors, self.delay = {}, int(schedule == "freeRunning")
        self.top = dict(schema="spikeloom.snn/1", name=name, method="native", coding=coding, timesteps=timesteps,
                        schedule=schedule, isInteger=integer, populations=[], projections=[], frontEnd=[],
                        input=dict(shape=self._shape(input_shape), samplesAreBytes=True, scale=scale))
        self.input = self._population(input_shape, role="input") if coding == "spikes" else None

    def dense(self, source, weights, **neuron):
        """A layer of len(weights) neurons; weights [out, in]. Returns the new population's number."""
        target = self._population((len(weights),), **neuron)
        return self._project(source, target, dict(kind="dense"), weights)

    def convolution(self, source, weights, stride=1, padding=0, groups=1, **neuron):
        """A layer of a convolution; weights [out, in / groups, ky, kx]. Returns the new population's number."""
        _, height, width = self.shape(source)
        size = [(length + 2 * padding - kernel) // stride + 1 for length, kernel in zip((height, width), weights.shape[2:])]
        kind = dict(kind="convolution", kernel=list(weights.shape[2:]), stride=[stride] * 2, padding=[padding] * 2, groups=groups)
        return self._project(source, self._population((len(weights), *size), **neuron), kind, weights)

    def sparse(self, source, sources, weights, target=None, delay=None, **neuron):
        """Synapses by list: for each neuron its sources (channel-first numbers, ascending) and their weights. Onto a new
        population of len(sources) neurons, or onto an existing one (for example its source: a recurrence). Returns its number."""
        if target is None:
            target = self._population((len(sources),), **neuron)
        prefix = f"projection.{len(self.top['projections'])}"
        self.tensors[f"{prefix}.offsets"] = np.cumsum([0] + [len(row) for row in sources]).astype("<i8")
        self.tensors[f"{prefix}.sources"] = np.concatenate(sources).astype("<i4")
        return self._project(source, target, dict(kind="sparse"), np.concatenate(weights), delay)

    def connect(self, source, target, weights, delay):
        """Further dense synapses between two populations, for example a recurrence; delay in steps."""
        self._project(source, target, dict(kind="dense"), weights, delay)

    def shape(self, population):
        """[channels, height, width] of a population, or of the sample for None."""
        return (self.top["input"] if population is None else self.top["populations"][population])["shape"]

    def write(self, path, outputs):
        """Writes the file; outputs are the populations whose spike counts (readout: potentials) are the answer."""
        header, offset, order = {}, 0, sorted(self.tensors, key=lambda name: -self.tensors[name].dtype.itemsize)
        header["__metadata__"] = {"spikeloom": json.dumps(dict(self.top, outputs=outputs))}
        for name in order:
            tensor = self.tensors[name]
            header[name] = dict(dtype=DTYPES[tensor.dtype.name], shape=tensor.shape, data_offsets=[offset, offset + tensor.nbytes])
            offset += tensor.nbytes
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        data = b"".join(self.tensors[name].tobytes() for name in order)
        pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + data)

    @staticmethod
    def _shape(shape):
        return [int(length) for length in (*shape, 1, 1)[:3]]

    def _population(self, shape, role="hidden", threshold=None, bias=None, initial=None, reset="hard", comparison="greater"):
        """reset: "hard" or "soft"; comparison: "greater" or "greaterOrEqual". threshold, bias, initial: one number,
        one a channel, or one a neuron ([channels, height, width])."""
        number = len(self.top["populations"])
        self.top["populations"].append(dict(name=f"{role} {number}", shape=self._shape(shape), role=role, reset=reset, comparison=comparison))
        for key, value in (("threshold", threshold), ("bias", bias), ("initialPotential", initial)):
            if value is not None:
                self.tensors[f"population.{number}.{key}"] = np.ascontiguousarray(value, "<f4").reshape(np.shape(value))
        return number

    def _project(self, source, target, connectivity, weights, delay=None):
        kind = "frontEnd" if source is None else "projection"
        entries = self.top["frontEnd" if source is None else "projections"]
        entry = dict(target=target, connectivity=connectivity)
        if source is not None:
            entry.update(source=source, alignedDelay=self.delay if delay is None else delay)
        weights = np.ascontiguousarray(weights)
        self.tensors[f"{kind}.{len(entries)}.weights"] = weights.astype(weights.dtype.newbyteorder("<"))
        entries.append(entry)
        return target


def workload(folder):
    """The network of a folder of integer layers, and its last population."""
    arrays = [np.load(path) for path in sorted(folder.glob("w*.npy"), key=lambda path: int(path.stem[1:]))]
    thresholds = np.load(folder / "thresholds.npy")
    steps, inputs = np.load(folder / "input.npy", mmap_mode="r").shape
    channels = arrays[0].shape[2] if arrays[0].ndim == 4 else inputs
    side = int(round((inputs // channels) ** 0.5))
    net = SpikingNet(folder.name, (channels, side, side) if channels < inputs else (inputs,), steps)
    last = net.input
    for number, (weights, threshold) in enumerate(zip(arrays, thresholds)):
        if weights.ndim == 4:
            last = net.convolution(last, weights.transpose(3, 2, 0, 1), stride=1 if number == 0 else 2, threshold=threshold)
        else:  # rows are numbered channels-last, the file wants them channel-first
            channels, height, width = net.shape(last)
            rows = weights.reshape(height, width, channels, -1).transpose(3, 2, 0, 1)
            last = net.dense(last, rows.reshape(weights.shape[1], -1), threshold=threshold)
    return net, last


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workload", type=pathlib.Path, required=True, help="folder of w*.npy, thresholds.npy and input.npy")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="the .snn file to write")
    parser.add_argument("--samples", type=pathlib.Path, help="the .npy file of samples to write")
    options = parser.parse_args()
    network, answer = workload(options.workload)
    network.write(options.output, outputs=[answer])
    if options.samples:
        channels, height, width = network.shape(None)
        raster = np.load(options.workload / "input.npy")
        np.save(options.samples, raster.reshape((1, len(raster), channels) if height * width == 1 else (1, -1, height, width, channels)))
    print(f"{options.output}: {len(network.top['populations'])} populations, {options.output.stat().st_size} bytes")
