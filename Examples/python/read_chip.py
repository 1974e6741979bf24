#!/usr/bin/env python3
"""Reads a .chip image, explains it, runs one sample of it: numpy only.

Written from the article "The chip file" (Sources/LoomImage/LoomImage.docc/ChipFile.md) alone.

    read_chip.py X.chip                                    what `spikeloom explain X.chip --json` prints
    read_chip.py X.chip --run SAMPLES.npy --index I [-o spikes.npy]
                                                           scores and spikes of one sample
    read_chip.py X.chip --run SAMPLES.npy --index I --list every spike: population, step, neuron

The file written with -o holds one row for each spike: population, chip step, channel-last neuron.
"""

import argparse
import hashlib
import json
import struct
import sys
import zlib

import numpy as np

ROLES = ["hidden", "input", "readout", "lowering"]  # 4 and 5, host neurons and partial sums, are refused
RESETS = ["soft", "hard", "softBySecondCompartment"]
KINDS = ["convolution", "dense", "sparse", "broadcast", "broadcast"]
CODES = ["rate", "bit-serial", "ttfs"]
GEOMETRY = ["kh", "kw", "sy", "sx", "pt", "pl", "dy", "dx", "groups"]


def known(names, code, what):
    """The name of a code, or a refusal."""
    if code >= len(names):
        raise ValueError(f"this reader does not know {what} {code} (host neurons, partial sums)")
    return names[code]


class Reader:
    """Little-endian values out of bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if count < 0 or self.at + count > len(self.data):
            raise ValueError(f"needs {count} bytes at {self.at}, has {len(self.data) - self.at}")
        part = self.data[self.at : self.at + count]
        self.at += count
        return part

    def number(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    def u8(self):
        return self.number("B")

    def u32(self):
        return self.number("I")

    def array(self, kind, count=None):
        kind = np.dtype(kind).newbyteorder("<")
        count = self.u32() if count is None else count
        return np.frombuffer(self.take(count * kind.itemsize), kind).astype(kind.newbyteorder("="))

    def text(self):
        return bytes(self.take(self.u32())).decode("utf-8")

    def texts(self):
        return [self.text() for _ in range(self.u32())]

    def shape(self):
        return (self.u32(), self.u32(), self.u32())

    def range(self):
        return (self.u32(), self.u32())

    def box(self):
        return (self.range(), self.range(), self.range())

    def geometry(self):
        return {name: self.u32() for name in GEOMETRY}

    def values(self, box):
        """The values of a slice's neurons, spelled out in slice order."""
        channels, rows, columns = (high - low for low, high in box)
        kind = self.u8()
        if kind == 0:
            return np.full(channels * rows * columns, self.number("i"), np.int64)
        values = self.array("i4").astype(np.int64)
        return np.tile(values, rows * columns) if kind == 1 else values

    def routes(self):
        offsets, cores = self.array("u4"), self.array("u4")
        return offsets, cores, self.array("u4", len(cores))


def sections(data):
    """The container: checks both checksums, returns section bytes by name."""
    if data[:8] != b"LOOMCHIP":
        raise ValueError("not a chip image")
    major, _, count = struct.unpack_from("<HHI", data, 8)
    if major != 2:
        raise ValueError(f"needs version 2, has {major}")
    if hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise ValueError("SHA-256 does not match")
    found = {}
    for index in range(count):
        name, flags, offset, length, crc, _ = struct.unpack_from("<4sIQQII", data, 16 + 32 * index)
        part = data[offset : offset + length]
        if zlib.crc32(part) != crc:
            raise ValueError(f"section {name} is damaged")
        name = name.decode("ascii")
        if name not in ("META", "POPS", "FRNT", "TMPL", "HOST", "CORE", "CNTS", "ORDR", "PROV") and not flags & 1:
            raise ValueError(f"unknown section {name}")
        found[name] = part
    return found


def read_meta(r):
    meta = {"profile": r.text(), "structure": bytes(r.take(32)).hex()}
    meta.update(timesteps=r.u32(), depth=r.u32(), readoutStart=r.u32())
    order = r.u8()  # 0 aligned, 1 free-running, 2 asynchronous
    meta.update(freeRunning=order == 1, asynchronous=order == 2)
    meta.update(code=CODES[r.u8()], isSpikes=bool(r.u8()), isBytes=bool(r.u8()))
    meta.update(shape=r.shape(), factor=r.number("d"))
    meta.update(scale=r.number("d"), mean=r.array("f8"), deviation=r.array("f8"))
    meta["outputs"] = [int(x) for x in r.array("u4")]
    meta["steps"] = meta["depth"] + (meta["timesteps"] if meta["code"] == "rate" else 1)
    return meta


def read_counts(r):
    """What the host makes of spike counts: by output the worth of a spike a step, and the offset."""
    outputs = [(r.array("f8"), r.array("f8")) for _ in range(r.u32())]
    return dict(
        worth=[[float(x) for x in worth] for worth, _ in outputs],
        offset=[[float(x) for x in offset] for _, offset in outputs])


def read_population(r):
    return dict(
        shape=r.shape(), role=known(ROLES, r.u8(), "role"), reset=RESETS[r.u8()], greater=bool(r.u8()),
        bits=r.u8(), sites=r.u32(), start=r.u32(), active=r.range(), compartments=r.u32(),
        code=CODES[r.u8()])


def read_front_end(r):
    front = dict(kind=known(KINDS, r.u8(), "front end kind"), shift=r.u8(), mantissa=r.u8(), exponent=r.u8())
    front.update(target=r.u32(), site=r.u32())
    if front["kind"] == "convolution":
        front["geometry"] = r.geometry()
    elif front["kind"] == "sparse":
        front.update(starts=r.array("u4"), sources=r.array("u4"))
    front.update(weights=r.array("i4").astype(np.int64), offsets=r.array("i8"))
    return front


def read_template(r):
    code = r.u8()
    template = dict(kind=known(KINDS, code, "template kind"), perNeuron=code == 4, lowering=bool(r.u8()))
    width, _ = r.u8(), r.u8()
    template.update(source=r.u32(), target=r.u32(), site=r.u32())
    if code == 0:
        template["geometry"] = r.geometry()
    elif code == 2:
        template.update(starts=r.array("u4"), targets=r.array("u4").astype(np.int64))
    elif code >= 3:
        template["planes"] = r.u32()
    template["weights"] = r.array("i1" if width == 1 else "i2").astype(np.int64)
    template["shifts"] = r.array("u1").astype(np.int64)
    return template


def read_core(r):
    core = {name: r.u32() for name in ("chip", "column", "row", "slot")}
    core["slices"] = []
    for _ in range(r.u32()):
        part = dict(population=r.u32(), box=r.box())
        for name in ("thresholds", "initial", "biases"):
            part[name] = r.values(part["box"])
        core["slices"].append(part)
    core["blocks"] = []
    for _ in range(r.u32()):
        block = dict(first=r.u32(), template=r.u32(), slice=r.u32(), delay=r.u32())
        block["sources"] = r.array("u4").astype(np.int64) if r.u8() else r.box()
        core["blocks"].append(block)
    core["routes"] = r.routes()
    return core


def read_chip(data):
    parts = {name: Reader(part) for name, part in sections(data).items()}

    def several(name, read):
        reader = parts[name]
        return [read(reader) for _ in range(reader.u32())]

    chip = {"meta": read_meta(parts["META"])}
    chip["populations"] = several("POPS", read_population)
    chip["frontEnds"] = several("FRNT", read_front_end)
    chip["templates"] = several("TMPL", read_template)
    chip["host"] = parts["HOST"].routes()
    chip["cores"] = several("CORE", read_core)
    chip["counts"] = read_counts(parts["CNTS"]) if "CNTS" in parts else None
    for population in chip["populations"]:
        population["map"], population["order"] = population["shape"], None
    if "ORDR" in parts:  # renumbered populations: by position the neuron of the network's map
        r = parts["ORDR"]
        for _ in range(r.u32()):
            population = chip["populations"][r.u32()]
            population["map"], population["order"] = r.shape(), r.array("u4").astype(np.int64)
    chip["names"] = [None] * len(chip["populations"])
    if "PROV" in parts:
        r = parts["PROV"]
        for _ in range(3):
            r.text()
        names = [(r.text(), r.texts())[0] for _ in range(r.u32())]
        for index, name in enumerate(names[: len(chip["names"])]):
            chip["names"][index] = name
    for core in chip["cores"]:
        for block in core["blocks"]:
            if isinstance(block["sources"], tuple):
                source = chip["templates"][block["template"]]["source"]
                block["sources"] = box_indices(block["sources"], chip["populations"][source]["shape"])
    return chip


def size(shape):
    return shape[0] * shape[1] * shape[2]


def box_indices(box, shape):
    """Channel-last indices of a box's neurons, in slice order."""
    (c0, c1), (y0, y1), (x0, x1) = box
    y, x, c = np.meshgrid(np.arange(y0, y1), np.arange(x0, x1), np.arange(c0, c1), indexing="ij")
    return ((y * shape[2] + x) * shape[0] + c).ravel()


def local(box, shape, indices):
    """Slice positions of channel-last indices; -1 where a neuron is not in the box."""
    (c0, c1), (y0, y1), (x0, x1) = box
    c, place = indices % shape[0], indices // shape[0]
    y, x = place // shape[2], place % shape[2]
    inside = (c >= c0) & (c < c1) & (y >= y0) & (y < y1) & (x >= x0) & (x < x1)
    position = ((y - y0) * (x1 - x0) + x - x0) * (c1 - c0) + c - c0
    return np.where(inside, position, -1)


def synapses(chip, template, source):
    """Targets (channel-last), weight indices and shifts of all synapses of one source neuron."""
    target_shape = chip["populations"][template["target"]]["shape"]
    source_shape = chip["populations"][template["source"]]["shape"]
    channels, height, width = target_shape
    if template["kind"] == "dense":
        targets = np.arange(size(target_shape))
        index = source * size(target_shape) + targets
    elif template["kind"] == "sparse":
        index = np.arange(template["starts"][source], template["starts"][source + 1])
        targets = template["targets"][index]
    elif template["kind"] == "broadcast":
        every = np.arange(size(target_shape))
        columns = every if template["perNeuron"] else every % channels
        span = len(every) if template["perNeuron"] else channels
        index = np.concatenate([plane * span + columns for plane in range(template["planes"])])
        targets = np.tile(every, template["planes"])
    else:
        g = template["geometry"]
        c, place = source % source_shape[0], source // source_shape[0]
        y, x = place // source_shape[2], place % source_shape[2]
        per_group = channels // g["groups"]
        first = c // (source_shape[0] // g["groups"]) * per_group
        targets, index = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for ky in range(g["kh"]):
            ty, rest_y = divmod(y + g["pt"] - ky * g["dy"], g["sy"])
            if rest_y or not 0 <= ty < height:
                continue
            for kx in range(g["kw"]):
                tx, rest_x = divmod(x + g["pl"] - kx * g["dx"], g["sx"])
                if rest_x or not 0 <= tx < width:
                    continue
                each = np.arange(per_group)
                targets.append((ty * width + tx) * channels + first + each)
                index.append(((c * g["kh"] + ky) * g["kw"] + kx) * per_group + each)
        targets, index = np.concatenate(targets), np.concatenate(index)
    shifts = template["shifts"]
    if len(shifts) == 1:
        shift = shifts[0]
    elif template["kind"] == "broadcast":
        shift = shifts[index]
    else:
        shift = shifts[targets % channels]
    return targets, index, np.broadcast_to(shift, targets.shape)


def pattern(chip, template, source):
    """The first source that meets the same targets, and how much further this one's weights stand."""
    if template["kind"] != "convolution":
        return source, 0
    g = template["geometry"]
    channels = chip["populations"][template["source"]]["shape"][0]
    per_group = channels // g["groups"]
    first = source - source % channels % per_group
    targets = chip["populations"][template["target"]]["shape"][0] // g["groups"]
    return first, (source - first) * g["kh"] * g["kw"] * targets


def expand(chip):
    """For each core and axon: target positions in the slice, currents (in `block["axons"]`)."""
    for core in chip["cores"]:
        for block in core["blocks"]:
            template = chip["templates"][block["template"]]
            box = core["slices"][block["slice"]]["box"]
            shape = chip["populations"][template["target"]]["shape"]
            block["axons"], known = [], {}
            for source in block["sources"]:
                first, step = pattern(chip, template, int(source))
                if first not in known:
                    targets, index, shift = synapses(chip, template, first)
                    places = local(box, shape, targets)
                    held = places >= 0
                    known[first] = places[held], index[held], shift[held]
                places, index, shift = known[first]
                block["axons"].append((places, template["weights"][index + step] << shift))


def explain(chip):
    meta, populations, cores = chip["meta"], chip["populations"], []
    for number, core in enumerate(chip["cores"]):
        cores.append(
            dict(
                core=number, chip=core["chip"], column=core["column"], row=core["row"],
                slot=core["slot"], neurons=sum(len(s["biases"]) for s in core["slices"]),
                axons=sum(len(b["sources"]) for b in core["blocks"]),
                routes=len(core["routes"][1]),
                synapses=sum(len(t) for b in core["blocks"] for t, _ in b["axons"])))
    totals = {k: sum(c[k] for c in cores) for k in ("neurons", "axons", "routes", "synapses")}
    totals.update(
        cores=len(cores), chips=len({c["chip"] for c in cores}),
        weights=sum(len(t["weights"]) for t in chip["templates"]))
    holders = [{s["population"] for s in core["slices"]} for core in chip["cores"]]
    readout = {}
    if chip["counts"]:
        steps = meta["timesteps"] - meta["readoutStart"]
        readout["readout"] = dict(kind="spikeCounts", steps=steps, **chip["counts"])
    return dict(
        **readout,
        schema="spikeloom.explain/1", profile=meta["profile"], structure=meta["structure"],
        timesteps=meta["timesteps"], depth=meta["depth"], readoutStart=meta["readoutStart"],
        freeRunning=meta["freeRunning"],
        asynchronous=meta["asynchronous"], code=meta["code"], steps=meta["steps"], outputs=meta["outputs"],
        input=dict(
            shape=list(meta["shape"]), isSpikes=meta["isSpikes"], isBytes=meta["isBytes"],
            floatFactor=meta["factor"]),
        populations=[
            dict(
                population=n, name=chip["names"][n], shape=list(p["map"]),
                neurons=size(p["shape"]), role=p["role"], reset=p["reset"],
                comparison=">" if p["greater"] else ">=", potentialBits=p["bits"],
                sites=p["sites"], start=p["start"], activeSteps=list(p["active"]),
                code=p["code"], cores=sum(n in held for held in holders),
                **({} if p["order"] is None else dict(renumbered=True)))
            for n, p in enumerate(populations)],
        templates=[
            dict(
                template=n, kind=t["kind"], source=t["source"], target=t["target"],
                site=t["site"], lowering=t["lowering"], weights=len(t["weights"]))
            for n, t in enumerate(chip["templates"])],
        cores=cores, totals=totals)


def layout(stored, shape, is_bytes):
    """'first' or 'last': how a stored sample lies against a C x H x W map."""
    squeezed = [n for n in stored if n != 1]
    first = [n for n in shape if n != 1] == squeezed
    last = [n for n in (shape[1], shape[2], shape[0]) if n != 1] == squeezed
    if first and last:
        return "last" if is_bytes else "first"
    if last:
        return "last"
    if first or (len(squeezed) <= 1 and int(np.prod(stored)) == size(shape)):
        return "first"
    raise ValueError(f"needs samples of {shape}, has {stored}")


def as_map(sample, shape, is_bytes):
    """A stored sample as a C x H x W array."""
    if layout(sample.shape, shape, is_bytes) == "last":
        return sample.reshape(shape[1], shape[2], shape[0]).transpose(2, 0, 1)
    return sample.reshape(shape)


def to_mantissa(value, bits, maximum):
    limit, exponent, magnitude = (1 << bits) - 1, 0, abs(value)

    def rounded(e):
        return magnitude if e == 0 else (magnitude + (1 << (e - 1))) >> e

    while exponent < maximum and rounded(exponent) > limit:
        exponent += 1
    result = min(rounded(exponent), limit) << exponent
    return -result if value < 0 else result


def currents(front, x, shape):
    """Constant currents of a front end's targets, C x H x W; x is the sample's integers, C x H x W."""
    weights = front["weights"]
    if front["kind"] == "dense":
        sums = weights.reshape(size(shape), -1) @ x.ravel()
    elif front["kind"] == "sparse":
        terms = np.concatenate([[0], np.cumsum(weights * x.ravel()[front["sources"]])])
        sums = terms[front["starts"][1:]] - terms[front["starts"][:-1]]
    else:
        g = front["geometry"]
        per_source = x.shape[0] // g["groups"]
        kernel = weights.reshape(shape[0], per_source, g["kh"], g["kw"])
        bottom = max(0, (shape[1] - 1) * g["sy"] + (g["kh"] - 1) * g["dy"] + 1 - g["pt"] - x.shape[1])
        right = max(0, (shape[2] - 1) * g["sx"] + (g["kw"] - 1) * g["dx"] + 1 - g["pl"] - x.shape[2])
        padded = np.pad(x, ((0, 0), (g["pt"], bottom), (g["pl"], right)))
        sums = np.zeros(shape, np.int64)
        for group in range(g["groups"]):
            inputs = slice(group * per_source, (group + 1) * per_source)
            outputs = slice(group * shape[0] // g["groups"], (group + 1) * shape[0] // g["groups"])
            for ky in range(g["kh"]):
                for kx in range(g["kw"]):
                    y, z = ky * g["dy"], kx * g["dx"]
                    taps = padded[
                        inputs, y : y + (shape[1] - 1) * g["sy"] + 1 : g["sy"],
                        z : z + (shape[2] - 1) * g["sx"] + 1 : g["sx"]]
                    sums[outputs] += np.tensordot(kernel[outputs, :, ky, kx], taps, 1)
    sums = sums.reshape(shape)
    offsets = front["offsets"]
    if len(offsets) == size(shape) and len(offsets) != shape[0]:
        sums = sums + offsets.reshape(shape)
    else:
        sums = sums + offsets.reshape(-1, 1, 1)
    if front["shift"]:
        sums = (sums + (1 << (front["shift"] - 1))) >> front["shift"]
    if front["mantissa"]:
        flat = [to_mantissa(int(v), front["mantissa"], front["exponent"]) for v in sums.ravel()]
        sums = np.array(flat, np.int64).reshape(shape)
    return sums


class Slice:
    """The state of one slice of neurons."""

    def __init__(self, chip, part, x):
        self.population = chip["populations"][part["population"]]
        self.number = part["population"]
        self.neurons = box_indices(part["box"], self.population["shape"])
        if self.population["order"] is not None:
            self.neurons = self.population["order"][self.neurons]
        self.threshold, self.bias = part["thresholds"], part["biases"]
        self.v = part["initial"].copy()
        sites = self.population["sites"]
        self.sums = np.zeros((sites, len(self.v)), np.int64)
        self.totals = np.zeros((sites, len(self.v)), np.int64)
        self.greatest = np.zeros(len(self.v), np.int64)
        self.received = np.zeros((sites, len(self.v)), np.int64)
        self.ramped = np.zeros((sites, len(self.v)), np.int64)
        self.current = np.zeros((sites, len(self.v)), np.int64)
        for front in chip["frontEnds"]:
            if front["target"] == self.number:
                values = currents(front, x, self.population["shape"]).transpose(1, 2, 0).ravel()
                self.current[front["site"]] += values[self.neurons]

    def clamp(self, values):
        limit = 1 << (self.population["bits"] - 1)
        return np.clip(values, -limit, limit - 1)

    def window(self, step, timesteps):
        """One step of a window code; returns which neurons spike."""
        p, j = self.population, step - self.population["start"]
        bits = p["code"] == "bit-serial"
        if j <= 0:
            self.received = self.clamp((2 if bits else 1) * self.received + self.sums)
            if not bits:
                self.ramped = self.clamp(self.ramped + self.received)
        self.sums[:] = 0
        if j == 0:
            taken = (self.received if bits else self.ramped) + self.current
            self.v = self.clamp(taken.max(axis=0) + self.v + self.bias)
        if j < 0 or p["role"] == "readout":
            return np.zeros(len(self.v), bool)
        if bits:
            doubled = 2 * self.v
            fires = doubled >= self.threshold
            self.v = self.clamp(np.where(fires, doubled - self.threshold, doubled))
        else:
            fires = self.v >= self.threshold * (timesteps - j)
            self.v = np.where(fires, -(1 << (p["bits"] - 1)), self.v)
        return fires

    def update(self, step, timesteps):
        """One step; returns which neurons spike."""
        p = self.population
        if p["code"] != "rate":
            return self.window(step, timesteps)
        gain = self.sums + self.bias + self.current
        if p["sites"] > 1:
            self.totals += gain
            greatest = self.totals.max(axis=0)
            gain, self.greatest = greatest - self.greatest, greatest
        else:
            gain = gain[0]
        self.v = self.clamp(self.v + gain)
        self.sums[:] = 0
        if p["role"] == "readout":
            return np.zeros(len(self.v), bool)
        fires = self.v > self.threshold if p["greater"] else self.v >= self.threshold
        self.v = np.where(fires, 0 if p["reset"] == "hard" else self.v - self.threshold, self.v)
        return fires


def worth(code, remaining):
    """What a spike stands for when so many steps of the window are left, its own included."""
    return 1 if code == "rate" else 1 << (remaining - 1) if code == "bit-serial" else remaining


def run(chip, samples, index):
    """Spikes (rows: population, step, neuron) and scores of one sample."""
    meta, sample = chip["meta"], samples[index]
    if meta["asynchronous"]:
        raise ValueError("asynchronous images have no steps; `spikeloom emulate` runs them")
    steps = meta["steps"]
    is_bytes = samples.dtype == np.uint8
    x, rows = None, []
    if meta["isSpikes"]:
        rows = [
            np.flatnonzero(as_map(row, meta["shape"], is_bytes).transpose(1, 2, 0))
            for row in sample]
    else:
        x = as_map(sample, meta["shape"], is_bytes)
        if meta["isBytes"]:
            x = x.astype(np.int64)
        else:
            x = np.clip(np.rint(x.astype(np.float64) * meta["factor"]), -32768, 32767)
            x = x.astype(np.int64)
    cores = [[Slice(chip, part, x) for part in core["slices"]] for core in chip["cores"]]
    block_of = [
        np.repeat(np.arange(len(core["blocks"])), [len(b["sources"]) for b in core["blocks"]])
        for core in chip["cores"]]
    due = [[] for _ in range(steps)]

    def send(routes, neuron, step, least):
        offsets, targets, axons = routes
        for entry in range(offsets[neuron], offsets[neuron + 1]):
            core, axon = int(targets[entry]), int(axons[entry])
            block = chip["cores"][core]["blocks"][block_of[core][axon]]
            when = step + max(least, block["delay"])
            if when < steps:
                due[when].append((core, block, axon - block["first"]))

    spikes, before, after, counts = [], {}, {}, {}
    for step in range(steps):
        if step < len(rows):
            for neuron in rows[step]:
                send(chip["host"], neuron, step, 0)
        for core, block, axon in due[step]:
            part = cores[core][block["slice"]]
            listens = part.population["code"] == "rate" or step <= part.population["start"]
            if listens and part.population["active"][0] <= step < part.population["active"][1]:
                places, weights = block["axons"][axon]
                np.add.at(part.sums[chip["templates"][block["template"]]["site"]], places, weights)
        due[step] = []
        for number, parts in enumerate(cores):
            first = 0
            for part in parts:
                start, active = part.population["start"], part.population["active"]
                if step == 0 and meta["readoutStart"] == 0:
                    before.setdefault(part.number, {}).update(zip(part.neurons, part.v))
                if active[0] <= step < active[1]:
                    fired = np.flatnonzero(part.update(step, meta["timesteps"]))
                    for neuron in fired:
                        spikes.append((part.number, step, part.neurons[neuron]))
                        send(chip["cores"][number]["routes"], first + neuron, step, 1)
                    first_step = start + (meta["readoutStart"] if chip["counts"] else 0)
                    if first_step <= step < start + meta["timesteps"]:
                        held = counts.setdefault(part.number, {})
                        for neuron in part.neurons[fired]:
                            held[neuron] = held.get(neuron, 0) + worth(
                                part.population["code"], start + meta["timesteps"] - step)
                if meta["readoutStart"] > 0 and step == start + meta["readoutStart"] - 1:
                    before.setdefault(part.number, {}).update(zip(part.neurons, part.v))
                answers = part.population["code"] != "rate" and part.population["role"] == "readout"
                if step == start + (0 if answers else meta["timesteps"] - 1):
                    after.setdefault(part.number, {}).update(zip(part.neurons, part.v))
                first += len(part.neurons)
    scores = []
    for output in meta["outputs"]:
        shape = chip["populations"][output]["map"]
        for c in range(shape[0]):
            for place in range(shape[1] * shape[2]):
                neuron = place * shape[0] + c
                if chip["populations"][output]["role"] == "readout":
                    scores.append(int(after[output][neuron] - before[output][neuron]))
                else:
                    scores.append(int(counts.get(output, {}).get(neuron, 0)))
    rows = np.array(sorted(spikes), np.int64).reshape(-1, 3)
    return rows, scores


def main():
    parser = argparse.ArgumentParser(description="Reads, explains and runs a .chip image.")
    parser.add_argument("chip")
    parser.add_argument("--run", metavar="SAMPLES.npy")
    parser.add_argument("--index", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="print every spike")
    parser.add_argument("-o", "--output", help="write the spikes as .npy")
    options = parser.parse_args()
    try:
        with open(options.chip, "rb") as file:
            chip = read_chip(file.read())
        expand(chip)
        if not options.run:
            print(json.dumps(explain(chip), sort_keys=True))
            return 0
        spikes, scores = run(chip, np.load(options.run), options.index)
    except (OSError, ValueError, IndexError, struct.error) as error:
        print(f"error: {options.chip}: {error}", file=sys.stderr)
        return 1
    if options.output:
        np.save(options.output, spikes)
    if options.list:
        for population, step, neuron in spikes:
            print(population, step, neuron)
    by_population = [int((spikes[:, 0] == n).sum()) for n in range(len(chip["populations"]))]
    prediction = int(np.argmax(scores))
    print(json.dumps(dict(prediction=prediction, scores=scores, spikes=by_population)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
