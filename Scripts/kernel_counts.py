#!/usr/bin/env python3
"""Instructions of the emulator's kernels per synaptic operation, counted by callgrind and compared with those recorded.

    python3 Scripts/kernel_counts.py             compares with Scripts/kernel_counts.json; exit code 1 where one grew
    python3 Scripts/kernel_counts.py --record    writes that file anew

Counts do not depend on what else the machine does, only on compiler and standard library. Every kernel is a function of its
own in the release build; what it calls counts as its own. Inputs: small networks written here (dense rows, so many that
weights keep 16 bits under sums of 32, convolution, depthwise convolution, lists of synapses, binary cells, cells of 4 bits),
the digits, and with SPIKELOOM_DATA the workload w2. Needs valgrind.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "Examples/python"))
import write_snn  # noqa: E402

TOOL = ROOT / ".build/release/spikeloom"
RECORD = ROOT / "Scripts/kernel_counts.json"
TOLERANCE = 0.05
# Mangled: the module, then the kernel with its length, then one of its functions.
KERNELS = {
    "ScatterKernel": r"^\$s12LoomEmulator13ScatterKernelO3add_",
    "UpdateKernel": r"^\$s12LoomEmulator12UpdateKernelO(6update|9integrate|5widen)",
    "SendKernel": r"^\$s12LoomEmulator10SendKernelO5queue",
    # Not their closures, which count as their own.
    "StretchKernel": r"^\$s12LoomEmulator13StretchKernelO(?!.*XEfU_)"
                     r"(3add|4list|6charge|5count|4meet|6travel|4open|6update)_?",
}


def tool(*words):
    """Runs the tool; returns its JSON."""
    done = subprocess.run([TOOL, *map(str, words), "--json"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{words[0]}: exit {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def layers(name, shape, steps, layer, folder, profile="loihi2"):
    """Two layers: one that hands the input's spikes on, then the one that is counted."""
    random = np.random.default_rng(1)
    net = write_snn.SpikingNet(name, shape, steps)
    channels, height, width = net.shape(net.input)
    relay = net.convolution(net.input, np.full((channels, 1, 1, 1), 4, "i1"), groups=channels, threshold=3)
    net.write(folder / f"{name}.snn", outputs=[layer(net, relay, random)])
    raster = (random.random((1, steps, height, width, channels)) < 0.1).astype("u1")
    np.save(folder / f"{name}.npy", raster.reshape(1, steps, channels) if height * width == 1 else raster)
    tool("compile", folder / f"{name}.snn", "--profile", profile, "-o", folder / f"{name}.chip")
    return folder / f"{name}.chip", folder / f"{name}.npy"


def weights(random, *shape):
    return random.integers(-40, 40, shape, dtype="i1")


def lists(net, source, random):
    """1,000 neurons with 100 sources each."""
    rows = [np.unique(random.integers(0, 1000, 100)) for _ in range(1000)]
    return net.sparse(source, rows, [weights(random, len(row)) for row in rows], threshold=2000)


def networks(folder):
    """Name → (image, samples)."""
    yield "dense", layers(
        "dense", (512,), 40, lambda net, source, random: net.dense(source, weights(random, 512, 512), threshold=2000), folder)
    yield "convolution", layers(
        "convolution", (16, 16, 16), 20, lambda net, source, random: net.convolution(
            source, weights(random, 24, 16, 3, 3), padding=1, threshold=2000), folder)
    yield "depthwise", layers(
        "depthwise", (32, 16, 16), 20, lambda net, source, random: net.convolution(
            source, weights(random, 32, 1, 3, 3), groups=32, padding=1, threshold=200), folder)
    yield "sparse", layers("sparse", (1000,), 30, lists, folder)
    yield "binary", layers(
        "binary", (256,), 100, lambda net, source, random: net.dense(
            source, random.integers(0, 2, (256, 256)).astype("i1"), threshold=100), folder, "truenorth")
    yield "many", layers(
        "many", (1024,), 20, lambda net, source, random: net.dense(
            source, random.integers(-127, 128, (512, 1024)).astype("i1"), threshold=20000), folder)
    yield "crossbar", layers(
        "crossbar", (128,), 100, lambda net, source, random: net.dense(
            source, random.integers(-7, 8, (64, 128)).astype("i1"), threshold=100), folder, "crossbar-256")
    digits = ROOT / "Examples/digits"
    tool("compile", digits / "digits_cnn.onnx", "--calibration", digits / "train_images.npy", "--calibration-samples", 100,
         "--method", "threshold-balancing", "-T", 32, "--profile", "loihi1-silicon-fit", "-o", folder / "digits.chip")
    yield "digits", (folder / "digits.chip", digits / "test_images.npy")
    data = os.environ.get("SPIKELOOM_DATA")
    if data:
        net, last = write_snn.workload(pathlib.Path(data) / "workloads/w2")
        net.write(folder / "w2.snn", outputs=[last])
        raster = np.load(pathlib.Path(data) / "workloads/w2/input.npy")
        channels, height, width = net.shape(None)
        np.save(folder / "w2.npy", raster.reshape(1, -1, height, width, channels))
        tool("compile", folder / "w2.snn", "--profile", "loihi2", "-o", folder / "w2.chip")
        yield "w2", (folder / "w2.chip", folder / "w2.npy")


def counted(chip, samples, folder):
    """Instructions of each kernel per synaptic operation, lowering ones too."""
    words = ["emulate", chip, "--data", samples, "--samples", 1, "--threads", 1]
    found = tool(*words)["operations"]
    operations = found["synapticOperations"] + found["loweringOperations"]
    out = folder / "callgrind.out"
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--compress-strings=no", "--compress-pos=no",
         TOOL, *map(str, words), "--json"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"valgrind: exit {done.returncode}: {done.stderr[-2000:]}")
    own = inclusive(out.read_text())
    return {kernel: round(sum(cost for name, cost in own.items() if re.match(pattern, name)) / operations, 4)
            for kernel, pattern in KERNELS.items()}


def inclusive(text):
    """Function → its instructions and those of what it calls, from a callgrind file without compressed names."""
    costs, name = {}, None
    for line in text.splitlines():
        if line.startswith("fn="):
            name = line[3:].split("'")[0]
        elif name and re.match(r"^[0-9+*-]", line):
            parts = line.split()
            costs[name] = costs.get(name, 0) + int(parts[1]) if len(parts) > 1 else costs.get(name, 0)
    return costs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write the file of recorded counts anew")
    options = parser.parse_args()
    kept = json.loads(RECORD.read_text()) if RECORD.exists() else dict(instructionsPerSynapticOperation={})
    recorded, now, grown = kept["instructionsPerSynapticOperation"], {}, []
    with tempfile.TemporaryDirectory() as folder:
        for name, (chip, samples) in networks(pathlib.Path(folder)):
            now[name] = counted(chip, samples, pathlib.Path(folder))
            for kernel, count in now[name].items():
                before = recorded.get(name, {}).get(kernel)
                is_grown = before is not None and count > before * (1 + TOLERANCE) + 0.001
                if is_grown:
                    grown.append((name, kernel))
                print(f"{name:12} {kernel:14} {count:9.4f} instructions per synaptic operation, recorded "
                      + ("none" if before is None else f"{before:9.4f}") + ("   GREW" if is_grown else ""), flush=True)
    if not any(sum(row.values()) for row in now.values()):
        sys.exit("no kernel found in the counts: has the binary been stripped?")
    if options.record:
        version = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout.splitlines()
        text = dict(compiler=version[0] if version else "unknown", tolerance=TOLERANCE,
                    instructionsPerSynapticOperation={**recorded, **now})
        RECORD.write_text(json.dumps(text, indent=2) + "\n")
    elif grown:
        sys.exit(f"{len(grown)} counts grew by more than {TOLERANCE:.0%}")


if __name__ == "__main__":
    main()
