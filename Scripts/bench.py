#!/usr/bin/env python3
"""Speed of each stage on the digits (and, with SPIKELOOM_DATA, on ResNet-20 and ResNet-44): medians of three.
Input axons of a scattered graph, renumbered and not. With SPIKELOOM_DATA also what partition and placement save against
fixed baselines.

Wall time on a shared machine is noisy: quote ratios from one run. ONLY=workloads, resnet20, activity, rows, generated,
kernels, speed, partition or placement runs one section. `spikeloom bench` measures the reference workloads in CPU seconds,
Scripts/kernel_counts.py counts instructions.
"""
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import validate

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "Examples/python"))
import write_snn  # noqa: E402

TOOL = ROOT / ".build/release/spikeloom"
IMAGENET = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"]


def timed(*words):
    """Median seconds of three runs, and the last run's JSON."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run([TOOL, *map(str, words), "--json"], capture_output=True, text=True, check=True)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), json.loads(done.stdout)


def measure(model, flags, calibration, images, samples, folder):
    snn, chip = folder / "bench.snn", folder / "bench.chip"
    convert, _ = timed("convert", model, *flags, "--calibration", calibration, "-T", 32, "-o", snn)
    build, compiled = timed("compile", snn, "--profile", "loihi1-silicon-fit", "-o", chip)
    one, _ = timed("emulate", chip, "--data", images, "--samples", 1, "--threads", 1)
    many, run = timed("emulate", chip, "--data", images, "--samples", samples + 1, "--threads", 1)
    operations = run["operations"]["synapticOperations"] + run["operations"]["loweringOperations"]
    rate = operations * samples / (many - one)
    print(f"{model.stem:18} convert {convert:6.2f} s   compile {build:5.2f} s ({compiled['mapping']['cores']} cores)   "
          f"load and one sample {one:5.2f} s   {samples / (many - one):8.1f} samples/s   {rate / 1e9:5.2f} G SOP/s (1 thread)")


def placed(snn, chip, *flags):
    """The placement report of a compilation for Loihi 1."""
    words = ["compile", snn, "--profile", "loihi1-silicon-fit", "-o", chip, *flags, "--json"]
    done = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["mapping"]


def emulated_hops(chip, images):
    words = ["emulate", chip, "--data", images, "--samples", "1", "--json"]
    done = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["operations"]["packetHops"]


def place(name, facts, folder):
    """Spike-weighted hops per sample, expected and emulated, against the baselines of the bars (0.7 and 0.25)."""
    model, flags, calibration, images = facts
    snn, chip, rows_chip = folder / "place.snn", folder / "place.chip", folder / "rows.chip"
    words = ["convert", model, *flags, "--calibration", calibration, "-T", 32, "-o", snn]
    subprocess.run([TOOL, *map(str, words)], capture_output=True, check=True)
    start = time.perf_counter()
    curve = placed(snn, chip, "--placement", "hilbert")["placement"]
    plain = time.perf_counter() - start
    rows = placed(snn, rows_chip, "--placement", "rows")["placement"]
    random = [placed(snn, chip, "--placement", "random", "--seed", seed)["placement"]["packetHops"]
              for seed in range(1, 6)]
    start = time.perf_counter()
    mapping = placed(snn, chip)
    seconds = time.perf_counter() - start - plain
    best = mapping["placement"]
    to_rows = best["packetHops"] / rows["packetHops"]
    to_random = best["packetHops"] / statistics.mean(random)
    emulated = emulated_hops(chip, images) / emulated_hops(rows_chip, images)
    verdict = "ok" if to_rows <= 0.7 and to_random <= 0.25 else "MISSED"
    print(f"{name:14} {verdict:6} {mapping['cores']:5} cores on {mapping['chips']:2} chips: {best['packetHops'] / 1e6:6.2f} M hops; "
          f"{to_rows:.3f} of row by row (emulated, 1 sample: {emulated:.3f}), {to_random:.3f} of random, "
          f"{best['packetHops'] / curve['packetHops']:.3f} of Hilbert; between chips {best['chipHops'] / curve['chipHops']:.2f}, "
          f"busiest link {best['busiestLink'] / curve['busiestLink']:.2f} of Hilbert; {seconds:.2f} s")


def placement(folder):
    data = os.environ.get("SPIKELOOM_DATA")
    if not data:
        return
    validate.KEPT.mkdir(parents=True, exist_ok=True)
    networks = validate.networks(pathlib.Path(data))
    for name in ("resnet20", "resnet44", "mlperf_vww96"):
        place(name, networks[name], folder)


def mapped(network, profile, chip, *flags):
    """The mapping report of a compilation and its seconds."""
    words = ["compile", network, "--profile", profile, "-o", chip, *flags, "--json"]
    start = time.perf_counter()
    done = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["mapping"], time.perf_counter() - start


def cut(name, facts, profile, folder):
    """Cores against the bound (bar 1.25) and input axons against the naive cut (bar 0.6), twice the same bytes.

    The naive cut is counted kindly: its cores may have any number of output entries (with the real number it falls
    apart into several times as many cores and axons), and slices of a core share axons.
    """
    model, flags, calibration, _ = facts
    snn, fixed, chip, again = (folder / f"cut.{end}" for end in ("snn", "fixed.snn", "chip", "again.chip"))
    form = "comparator" if profile == "crossbar-256" else "pairs"
    words = ["convert", model, *flags, "--calibration", calibration, "-T", 32, "--max-pooling", form, "-o", snn]
    subprocess.run([TOOL, *map(str, words)], capture_output=True, check=True)
    mapping, _ = mapped(snn, profile, chip, "--save-fixed", fixed)
    timed = [mapped(fixed, profile, path)[1] for path in (chip, again)]
    same = chip.read_bytes() == again.read_bytes()
    naive, _ = mapped(snn, profile, chip, "--partition", "naive", "--placement", "hilbert",
                      "--set", "/core/axonsOut=16777216", "--set", "/core/axonsOutOffChip=0")
    axons = mapping["inputAxons"] / naive["sharedAxons"]
    duplicated = (mapping["inputAxons"] - mapping["sourceNeurons"]) / (naive["sharedAxons"] - naive["sourceNeurons"])
    good = mapping["ratio"] <= 1.25 and axons <= 0.6 and duplicated <= 0.6 and same
    print(f"{name:14} {profile:20} {'ok' if good else 'MISSED':6} {mapping['cores']:5} cores, {mapping['ratio']:.3f} of the bound "
          f"({mapping['lowerBound']}, {mapping['bindingResource']}); {mapping['inputAxons']} input axons, {axons:.3f} of naive; "
          f"duplicated {duplicated:.3f} of naive ({naive['cores']} cores); compiled in {min(timed):.2f} s"
          + ("" if same else "; TWO COMPILATIONS DIFFER"), flush=True)


def graph(name, folder, neurons, synapses, community, stray, seed=1):
    """A graph of communities scattered by a random order: axons as given, renumbered, and of the planted cut."""
    random = np.random.default_rng(seed)
    labels = random.permutation(neurons)
    groups = random.permutation(np.arange(neurons) // community)
    rows = []
    for group in groups:
        near = labels[group * community + random.choice(community, synapses - stray, replace=False)]
        rows.append(np.unique(np.concatenate([near, random.integers(neurons, size=stray)])))
    net = write_snn.SpikingNet(name, (neurons,), 8, schedule="freeRunning")
    pool = net.sparse(net.input, rows, [random.integers(-40, 60, len(row), dtype="i1") for row in rows], threshold=640)
    snn, chip = folder / "graph.snn", folder / "graph.chip"
    net.write(snn, outputs=[pool])
    flags = ["--placement", "hilbert", "--set", "/topology/maximumChips=64"]
    mapping, seconds = mapped(snn, "loihi2", chip, *flags)
    best = sum(len(np.unique(np.concatenate([rows[i] for i in np.flatnonzero(groups == group)]))) for group in np.unique(groups))
    row = (mapping["renumbered"] or [dict(duplicatedAxonsBefore=0, duplicatedAxonsAfter=0, sources=mapping["inputAxons"])])[0]
    before, after = (row[key] + row["sources"] for key in ("duplicatedAxonsBefore", "duplicatedAxonsAfter"))
    verdict = "ok" if after <= 0.5 * before else "MISSED"
    print(f"{name:14} loihi2 {verdict:6} {neurons} neurons x {synapses} synapses: {before} input axons in the given order, {after} renumbered "
          f"({after / before:.3f}), {best} with a core for each community, {row['sources']} sources (no cut has fewer); "
          f"{mapping['cores']} cores; compiled in {seconds:.2f} s", flush=True)


def graphs(folder):
    graph("communities", folder, 8_000, 40, 100, 2)
    graph("communities", folder, 32_000, 80, 200, 4)


def partition(folder):
    graphs(folder)
    data = os.environ.get("SPIKELOOM_DATA")
    if not data:
        return
    validate.KEPT.mkdir(parents=True, exist_ok=True)
    networks = validate.networks(pathlib.Path(data))
    networks["resnet32"] = (pathlib.Path(data) / "models/resnet32.onnx", *networks["resnet44"][1:])
    for profile in validate.PROFILES:
        for name in ("resnet20", "resnet32", "resnet44", "mlperf_vww96"):
            cut(name, networks[name], profile, folder)


def speed(folder):
    digits = ROOT / "Examples/digits"
    for network in ("digits_cnn", "digits_resnet110"):
        measure(digits / f"{network}.onnx", [], digits / "train_images.npy", digits / "test_images.npy", 400, folder)
    data = os.environ.get("SPIKELOOM_DATA")
    for network in ("resnet20", "resnet44") if data else ():
        cifar = pathlib.Path(data) / "cifar10"
        measure(pathlib.Path(data) / f"models/{network}.onnx", IMAGENET, cifar / "train_images_00000.npy",
                cifar / "test_images_0000.npy", 40, folder)


def workloads(_):
    """The reference workloads in every timing mode beside bare loops, medians of five rounds."""
    if os.environ.get("SPIKELOOM_DATA"):
        subprocess.run([TOOL, "bench"], check=True)


def resnet20(folder):
    """ResNet-20 in the accuracy table's configuration (auto, T = 32): operations per CPU second, one and two threads."""
    data = os.environ.get("SPIKELOOM_DATA")
    if not data:
        return
    data, chip = pathlib.Path(data), folder / "resnet20.chip"
    words = ["compile", data / "models/resnet20.onnx", *IMAGENET, "--calibration", data / "cifar10/train_images_00000.npy",
             "--method", "auto", "-T", 32, "--profile", "loihi1-silicon-fit", "-o", chip]
    subprocess.run([TOOL, *map(str, words)], capture_output=True, check=True)
    images = data / "cifar10/test_images_0000.npy"

    def emulate(samples, threads):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        words = ["emulate", chip, "--data", images, "--samples", samples, "--threads", threads, "--json"]
        done = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, check=True)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return cpu, wall, json.loads(done.stdout)["operations"]

    def medians(samples, threads):
        """CPU and wall seconds of five runs, and the operations of one."""
        cpu, wall, found = zip(*(emulate(samples, threads) for _ in range(5)))
        return statistics.median(cpu), statistics.median(wall), found[0]

    start, one, _ = medians(1, 1)
    cpu, many, operations = medians(41, 1)
    both = medians(41, 2)[1]
    cpu = (cpu - start) / 40
    executed = operations["synapticOperations"] + operations["loweringOperations"]
    print(f"resnet20, auto, T = 32: {executed / cpu / 1e9:.2f} G SOP per CPU second "
          f"({operations['synapticOperations'] / cpu / 1e9:.2f} without lowering); images/s {40 / (many - one):.1f} on one thread, "
          f"{40 / (both - one):.1f} on two ({(many - one) / (both - one):.2f} x)")


def activity(_):
    """w2 with all of its input spikes and with half of them: time of a run, three pairs."""
    if not os.environ.get("SPIKELOOM_DATA"):
        return
    for _ in range(3):
        times = []
        for flags in ([], ["--activity", "0.5"]):
            done = subprocess.run([TOOL, "bench", "--only", "w2", "--seconds", "3", "--json", *flags], capture_output=True,
                                  text=True, check=True)
            modes = json.loads(done.stdout)["workloads"]["w2"]
            times.append({mode: modes[mode]["synapticOperations"] / modes[mode]["perCpuSecond"]
                          for mode in ("functional", "analytic", "event")})
        print("w2 with half the input: " + ", ".join(
            f"{mode} {before * 1e3:.1f} -> {times[1][mode] * 1e3:.1f} ms ({times[1][mode] / before - 1:+.0%})"
            for mode, before in times[0].items()))


def rows(_):
    """Dense rows and random lists: time of a synaptic operation as the network grows."""
    for kind, sizes in (("rows", ("1e5", "1e6", "1e7", "1e8", "1e9")), ("sparse", ("1e5", "1e6"))):
        for size in sizes:
            words = ["bench", "--generate", kind, "--synapses", size, "--rate", "0.1", "--modes", "functional",
                     "--seconds", "2", "--json"]
            done = subprocess.run([TOOL, *words], capture_output=True, text=True, check=True)
            generated = json.loads(done.stdout)["generated"]
            print(f"{kind:6} {size:>5} synapses   {1e9 / generated['modes']['functional']['perCpuSecond']:.3f} ns a synaptic operation",
                  flush=True)


def generated(_):
    """A million neurons, a billion synapses, two kinds: compile, map, run 100 steps."""
    for kind in ("convolutional", "random"):
        subprocess.run([TOOL, "bench", "--generate", kind, "--neurons", "1e6", "--synapses", "1e9"], check=True)


def kernels(_):
    """Instructions of each kernel per synaptic operation, beside those recorded."""
    if shutil.which("valgrind"):
        subprocess.run([sys.executable, ROOT / "Scripts/kernel_counts.py"], check=True)
    else:
        print("kernels: needs valgrind, has none")


def main():
    only = os.environ.get("ONLY", "")
    with tempfile.TemporaryDirectory() as name:
        for section in (workloads, resnet20, activity, rows, generated, kernels, speed, partition, placement):
            if only in section.__name__:
                section(pathlib.Path(name))


if __name__ == "__main__":
    main()
