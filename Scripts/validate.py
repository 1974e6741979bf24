#!/usr/bin/env python3
"""The accuracy and correctness bars on the staged data, one row each, resumable.

Needs SPIKELOOM_DATA and a release build. A finished row is kept under .build/validate, keyed by the
program's and the row's text; ONLY=name runs the rows whose name contains that word. Exit code 1 if a bar is
missed.
"""
import csv
import gzip
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import bursts
import consistency

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL = ROOT / ".build/release/spikeloom"
KEPT = ROOT / ".build/validate"
PROFILES = ["loihi1-silicon-fit", "crossbar-256"]
IMAGENET = ["--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"]


def data():
    folder = os.environ.get("SPIKELOOM_DATA")
    if not folder:
        sys.exit("set SPIKELOOM_DATA to the folder with the staged data")
    return pathlib.Path(folder)


def run(*words, codes=(0,)):
    """Runs the tool with --json; returns its JSON, or fails with what it said."""
    done = subprocess.run([TOOL, *map(str, words), "--json"], capture_output=True, text=True)
    if done.returncode not in codes:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def random_images(path, count, height, width, channels):
    """Writes uniform random bytes as an .npy file: where no images are staged, numbers alone are tested."""
    source = random.Random(1)
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, {height}, {width}, {channels}), }}"
    header = header.encode() + b" " * (-(len(header) + 11) % 64) + b"\n"
    pixels = source.randbytes(count * height * width * channels)
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + pixels)


def networks(d):
    """Name → (model, flags, images that calibrate, images that verify)."""
    cifar = (d / "cifar10/train_images_00000.npy", d / "cifar10/test_images_0000.npy")
    mnist = (d / "mnist/train-images-idx3-ubyte.gz", d / "mnist/test_images.npy")
    digits = ROOT / "Examples/digits"
    ours = (digits / "train_images.npy", digits / "test_images.npy")
    visual = KEPT / "random96.npy"
    if not visual.exists():
        random_images(visual, 64, 96, 96, 3)
    return {
        "resnet20": (d / "models/resnet20.onnx", IMAGENET, *cifar),
        "resnet20_bn": (d / "models/resnet20_bn.onnx", IMAGENET, *cifar),
        "cifar_vgg_bn": (d / "models/cifar_vgg_bn.onnx", IMAGENET, *cifar),
        "mnist8_cntk": (d / "models/mnist8_cntk.onnx", [], *mnist),
        "mlperf_resnet8": (d / "models/mlperf_resnet8.onnx", ["--scale", "1"], *cifar),
        "mlperf_vww96": (d / "models/mlperf_vww96.onnx", [], visual, visual),
        "resnet44": (d / "models/resnet44.onnx", IMAGENET, *cifar),
        "digits_cnn": (digits / "digits_cnn.onnx", [], *ours),
        "digits_resnet110": (digits / "digits_resnet110.onnx", [], *ours),
    }


def bit_exact(model, flags, calibration, images, profile, most_cores=None):
    """Compiles for a profile at T = 32 and verifies 8 samples bit for bit."""
    stem = KEPT / f"{model.stem}.{profile}"
    snn, chip = stem.with_suffix(".snn"), stem.with_suffix(".chip")
    form = "comparator" if profile == "crossbar-256" else "pairs"
    start = time.time()
    run("convert", model, *flags, "--calibration", calibration, "-T", 32, "--max-pooling", form, "-o", snn)
    seconds = time.time() - start
    compiled = run("compile", snn, "--profile", profile, "-o", chip)
    verified = run("verify", chip, snn, "--data", images, "--samples", 8, codes=(0, 3))
    for path in (snn, chip):
        path.unlink()
    cores = compiled["mapping"]["cores"]
    good = verified["differing"] == 0 and (most_cores is None or cores <= most_cores)
    text = f"{verified['differing']} of 8 samples differ, {cores} cores, convert {seconds:.1f} s"
    return good, text


def comparison(model, flags, images, labels, calibration, most_loss, ann=None):
    """The whole job with T = 64 on loihi1-silicon-fit; loss in points, ANN minus chip."""
    start = time.time()
    report = run("compare", model, *flags, "--data", images, "--labels", labels, "--calibration", calibration,
                 "--profile", PROFILES[0], "-T", 64, "--iterations", 1000, "--samples", 10000 if ann else 1000)
    stages = {key: 100 * value for key, value in report["accuracy"].items()}
    loss = stages["ann"] - stages["chip"]
    good = loss <= most_loss + 1e-9 and (ann is None or abs(stages["ann"] - ann) <= 0.02 + 1e-9)
    numbers = ", ".join(f"{key} {stages[key]:.2f}" for key in ("ann", "spiking", "fixed", "chip"))
    return good, f"{numbers} %; {report['samples']} samples in {time.time() - start:.0f} s"


BARS = {  # loss in points of per cent: ANN minus chip, all test images; None: reported only
    "resnet20": {"bit-serial": {4: 1.0, 6: 0.2}, "auto": {16: 4, 32: 0.8, 64: 0.4, 128: 0.2}},
    "resnet44": {"bit-serial": {4: 1.5, 6: 0.3}, "auto": {16: None, 32: 3, 64: 0.8, 128: 0.4}},
    "cifar_vgg_bn": {"bit-serial": {4: 1.0, 6: 0.2}, "auto": {16: 2, 32: 0.6, 64: 0.3, 128: 0.2}},
    "fashion_lenet": {"bit-serial": {4: 0.4, 6: 0.1}, "auto": {16: 0.8, 32: 0.3, 64: 0.2, 128: 0.1}},
    "digits_resnet110": {"bit-serial": {4: 1.0, 6: 0.6}, "auto": {16: None, 32: 3.0, 64: 1.6, 128: 0.8}},
    "digits_resnet110_post": {"bit-serial": {4: 1.0, 6: 0.6}, "auto": {16: None, 32: 3.0, 64: 1.6, 128: 0.8}},
    "digits_resnet110_restructured": {"bit-serial": {4: 1.0, 6: 0.6}, "auto": {16: None, 32: 3.0, 64: 1.6, 128: 0.8}},
}
TUNED = {"digits_resnet110": (("bit-serial", 4, 1.0), ("ttfs", 16, None))}  # method, T, most loss
ALONE = {"threshold-balancing": 32, "percentile": 32, "calibrated": 32, "ttrbr": 32, "ttfs": 32}


def table_networks(d):
    """Name → (model, flags, test images, test labels, calibration images)."""
    cifar, fashion, digits = d / "cifar10", d / "fashion_mnist", ROOT / "Examples/digits"
    files = (cifar / "test_images_0000.npy", cifar / "test_labels_0000.npy", cifar / "train_images_00000.npy")
    table = {name: (d / f"models/{name}.onnx", IMAGENET, *files) for name in ("resnet20", "resnet44", "cifar_vgg_bn")}
    table["fashion_lenet"] = (d / "models/fashion_lenet.onnx", [], fashion / "test_images.npy",
                              fashion / "test_labels.npy", fashion / "train_images.npy")
    files = (digits / "test_images.npy", digits / "test_labels.npy", digits / "train_images.npy")
    table["digits_resnet110"] = (digits / "digits_resnet110.onnx", [], *files)
    for form in ("post", "restructured"):
        table[f"digits_resnet110_{form}"] = (ROOT / f"Examples/training/digits_resnet110_{form}.onnx", [], *files)
    return table


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def tuned_row(facts, method, steps, most_loss):
    """The loss with --tune 0, and with --tune 10 from five seeds; every seed is held to the bar."""
    model, flags, images, labels, calibration = facts
    losses = []
    for words in (["--tune", 0], *(["--tune", 10, "--seed", seed] for seed in range(5))):
        report = run("compare", model, *flags, "--calibration", calibration, "--method", method, "-T", steps, "--profile",
                     chip_of(method), "--data", images, "--labels", labels, "--waterfall", 0, *words)
        pairs = report["discordant"]
        losses.append((100 * (report["accuracy"]["ann"] - report["accuracy"]["chip"]),
                       f"{pairs['annRightChipWrong']}/{pairs['annWrongChipRight']}"))
    said = [f"{loss:.2f} ({pairs})" for loss, pairs in losses]
    good = most_loss is None or all(loss <= most_loss + 1e-9 for loss, _ in losses[1:])
    return good, f"loss {said[0]} without; --tune 10 with seeds 0 to 4: {', '.join(said[1:])}"


def loss_row(facts, method, steps, most_loss, samples=None):
    """ANN minus chip in points, with the discordant pairs; the result is kept by image and data."""
    model, flags, images, labels, calibration = facts
    chosen = [model, *flags, "--calibration", calibration, "--method", method, "-T", steps, "--profile", chip_of(method)]
    name = f"{model.stem}.{method}.{steps}"
    data = f"{digest(images)}.{digest(model)}.{samples or 'all'}"
    path = None
    if list(KEPT.glob(f"loss.{name}.*.{data}.json")):
        image = run("compile", *chosen, "-o", KEPT / f"{name}.chip")["image"]["sha256"][:16]
        (KEPT / f"{name}.chip").unlink()
        path = KEPT / f"loss.{name}.{image}.{data}.json"
    if path is None or not path.exists():
        start = time.time()
        limit = ["--samples", samples] if samples else []
        report = run("compare", *chosen, "--data", images, "--labels", labels, "--waterfall", 0, *limit)
        report["seconds"] = time.time() - start
        path = KEPT / f"loss.{name}.{report['image']['sha256'][:16]}.{data}.json"
        keys = ("accuracy", "discordant", "samples", "seconds", "operations", "latency", "energy", "remarks")
        path.write_text(json.dumps({key: report[key] for key in keys}))
    report = json.loads(path.read_text())
    ann, chip = (100 * report["accuracy"][key] for key in ("ann", "chip"))
    pairs = report["discordant"]
    good = most_loss is None or ann - chip <= most_loss + 1e-9
    return good, (f"loss {ann - chip:.2f} (ANN {ann:.2f}, chip {chip:.2f} %; ANN right, chip wrong "
                  f"{pairs['annRightChipWrong']}, reverse {pairs['annWrongChipRight']}); "
                  f"{report['samples']} samples in {report['seconds']:.0f} s")


def table_rows(d):
    """The table of losses: bars on all test images, then each method alone on 250."""
    for name, facts in table_networks(d).items():
        for method, bars in BARS[name].items():
            for steps, most in bars.items():
                bar = "report" if most is None else f"loss ≤ {most}"
                yield (f"loss-{name}-{method}-T{steps}", bar,
                       lambda f=facts, m=method, t=steps, b=most: loss_row(f, m, t, b))
        for method, steps, most in TUNED.get(name, ()):
            yield (f"tune-{name}-{method}-T{steps}", "report" if most is None else f"loss ≤ {most}",
                   lambda f=facts, m=method, t=steps, b=most: tuned_row(f, m, t, b))
        for method, steps in ALONE.items():
            yield (f"alone-{name}-{method}-T{steps}", "report",
                   lambda f=facts, m=method, t=steps: loss_row(f, m, t, None, samples=250))


METHODS = {"threshold-balancing": 32, "percentile": 32, "calibrated": 32, "ttrbr": 32, "auto": 32, "bit-serial": 6,
           "ttfs": 16}


def chip_of(method):
    return PROFILES[1] if method in ("bit-serial", "ttfs") else PROFILES[0]


def method_exact(facts, method):
    """A method's network on its chip against the reference, 8 samples, every spike and final potential."""
    model, flags, images, calibration = facts
    stem = KEPT / f"{model.stem}.{method}"
    fixed, chip = stem.with_suffix(".fixed.snn"), stem.with_suffix(".chip")
    run("compile", model, *flags, "--calibration", calibration, "--calibration-samples", 300, "--method", method,
        "-T", METHODS[method], "--profile", chip_of(method), "--save-fixed", fixed, "-o", chip)
    verified = run("verify", chip, fixed, "--data", images, "--samples", 8, codes=(0, 3))
    for path in (fixed, chip):
        path.unlink()
    return verified["differing"] == 0, f"{verified['differing']} of 8 samples differ"


def shapes_loss(name, method, steps, most_loss):
    """Segmentation and detection: the metric's loss in points on all 200 test pictures."""
    folder = ROOT / "Examples/shapes"
    metric, targets = {"segmenter": ("miou", "test_masks.npy"), "detector": ("map50", "test_boxes.npy")}[name]
    report = run("compare", folder / f"{name}.onnx", "--data", folder / "test_images.npy", "--labels",
                 folder / targets, "--metric", metric, "--calibration", folder / "train_images.npy", "--profile",
                 chip_of(method), "--method", method, "-T", steps, "--waterfall", 0)
    ann, chip = (100 * report["accuracy"][key] for key in ("ann", "chip"))
    return ann - chip <= most_loss + 1e-9, f"{metric} ANN {ann:.2f}, chip {chip:.2f}, loss {ann - chip:.2f}"


def deviation(model, flags, images, labels, calibration):
    """The summed deviation error of ttrbr beside that of threshold balancing, T = 32."""
    sums = []
    for method in ("threshold-balancing", "ttrbr"):
        report = run("compare", model, *flags, "--data", images, "--labels", labels, "--calibration", calibration,
                     "--profile", PROFILES[0], "-T", 32, "--method", method, "--iterations", 1000, "--samples", 10,
                     "--waterfall", 1)
        sums.append(report["errors"]["deviationSum"])
    return sums[1] < sums[0], f"threshold-balancing {sums[0]:.1f}, ttrbr {sums[1]:.1f} (activation units)"


def evenly(path, count):
    """A file of as many samples of an .npy file, evenly spaced: just those that calibration takes."""
    raw = path.read_bytes()
    start = 10 + int.from_bytes(raw[8:10], "little")
    given = int(re.search(rb"'shape': \((\d+)", raw[:start])[1])
    count = min(count, given)
    size = (len(raw) - start) // given
    text = re.sub(rb"('shape': \()\d+", rb"\g<1>%d" % count, raw[10:start].rstrip()) + b" "
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    chosen = KEPT / f"evenly.{path.parent.name}.{path.name}"
    with open(chosen, "wb") as file:
        file.write(raw[:8] + len(text).to_bytes(2, "little") + text)
        for index in range(count):
            first = start + index * given // count * size
            file.write(raw[first:first + size])
    return chosen


def best_of(facts, labels):
    """auto beside every single rate-code method on the 1,000 samples that calibrate, T = 32.

    Judged as auto itself judges, by the ANN's answers on chip; what the labels say, which it never sees, is said beside it.
    """
    model, flags, _, _, calibration = facts
    images, labels = evenly(calibration, 1000), evenly(labels, 1000)
    same, right, pairs = {}, {}, {}
    for method in ("threshold-balancing", "percentile", "calibrated", "ttrbr", "auto"):
        report = run("compare", model, *flags, "--data", images, "--labels", labels, "--calibration", images,
                     "--profile", PROFILES[0], "-T", 32, "--method", method, "--waterfall", 0)
        same[method], right[method] = 100 * report["agreement"], 100 * report["accuracy"]["chip"]
        pairs[method] = report["discordant"]["annRightChipWrong"], report["discordant"]["annWrongChipRight"]
    behind, unlucky = (max(shares.values()) - shares["auto"] for shares in (same, right))
    each = ", ".join(f"{k} {same[k]:.1f} / {v:.1f} ({pairs[k][0]}/{pairs[k][1]})" for k, v in right.items())
    return behind <= 0.2 + 1e-9, (f"{behind:.2f} behind by the ANN's answers, {unlucky:.2f} by labels; "
                                  f"ANN {100 * report['accuracy']['ann']:.1f}; agreement / accuracy: {each}")


def method_rows(d):
    """Every method bit for bit, shapes within their bars, ttrbr's deviation."""
    digits, shapes, cifar = ROOT / "Examples/digits", ROOT / "Examples/shapes", d / "cifar10"
    pictures = (shapes / "test_images.npy", shapes / "train_images.npy")
    for method in METHODS:
        for name, facts in {
            "digits_cnn": (digits / "digits_cnn.onnx", [], digits / "test_images.npy", digits / "train_images.npy"),
            "resnet20": (d / "models/resnet20.onnx", IMAGENET, cifar / "test_images_0000.npy",
                         cifar / "train_images_00000.npy"),
            "segmenter": (shapes / "segmenter.onnx", [], *pictures),
            "detector": (shapes / "detector.onnx", [], *pictures),
        }.items():
            yield f"exact-{name}-{method}", "bit-exact", lambda f=facts, m=method: method_exact(f, m)
    for name in ("segmenter", "detector"):
        for method, steps, most in (("auto", 64, 2.0), ("bit-serial", 6, 1.0)):
            yield (f"shapes-{name}-{method}-T{steps}", f"loss ≤ {most}",
                   lambda n=name, m=method, t=steps, b=most: shapes_loss(n, m, t, b))
    table = table_networks(d)
    for name, labels in {
        "fashion_lenet": d / "fashion_mnist/train_labels.npy", "digits_resnet110": digits / "train_labels.npy",
        "cifar_vgg_bn": cifar / "train_labels_00000.npy", "resnet20": cifar / "train_labels_00000.npy",
    }.items():
        yield f"best-{name}", "auto ≤ 0.2 behind", lambda f=table[name], t=labels: best_of(f, t)
    for name in ("resnet44", "digits_resnet110"):
        yield (f"deviation-{name}", "ttrbr lower",
               lambda f=table[name]: deviation(*f))


def conformance(d):
    """onnx's own cases."""
    tests = d / "onnx_tests"
    node = run("import", "--test", tests / "node", codes=(0, 3))
    rest = run("import", "--test", tests / "pytorch-converted", tests / "pytorch-operator", tests / "light",
               codes=(0, 3))
    good = len(node["passed"]) >= 110 and not node["wrong"] and len(rest["passed"]) == 46
    return good, f"node {len(node['passed'])} of 145, others {len(rest['passed'])} of 46, wrong {len(node['wrong'])}"


def conversion_time(d):
    """convert of resnet20 with 1,000 calibration images."""
    start = time.time()
    run("convert", d / "models/resnet20.onnx", *IMAGENET, "--calibration", d / "cifar10/train_images_00000.npy",
        "-T", 64, "-o", KEPT / "time.snn")
    seconds = time.time() - start
    return seconds < 120, f"{seconds:.1f} s"


def burst(path, preset, at):
    """Drain and mean latency of a burst against the independent simulator's; packets in another cycle than its own."""
    sides = path.name.split(".")[0].split("-")[-1]
    out = KEPT / f"noc.{path.name}.{preset}.csv"
    report = run("noc", "--replay", path, "--mesh", sides, "--preset", preset, "-o", out)
    with gzip.open(path, "rt") as given:
        wanted = [(int(row["cycle"]), int(row[at])) for row in csv.DictReader(given)]
    with open(out) as made:
        found = [int(row["delivered"]) for row in csv.DictReader(made)]
    out.unlink()
    exact = sum(other == time for (_, time), other in zip(wanted, found))
    drain = max(time for _, time in wanted)
    mean = sum(time - cycle for cycle, time in wanted) / len(wanted)
    ours = sum(other - cycle for (cycle, _), other in zip(wanted, found)) / len(wanted)
    drift, delay = report["drain"] / drain - 1, ours / mean - 1
    good = len(found) == len(wanted) and abs(drift) <= 0.02 and abs(delay) <= 0.03
    return good, (f"drain {report['drain']:g} ({100 * drift:+.2f} %), mean latency {ours:.3f} ({100 * delay:+.2f} %), "
                  f"{exact} of {len(wanted)} packets exact; {report['host']['packetHopsPerSecond'] / 1e6:.1f} M hops/s")


def open_loop(path, saturation=0.38):
    """Latency by load on 8 x 8, uniform, against BookSim2's, up to 80 % of saturation."""
    with open(path) as given:
        wanted = {float(row["offered"]): float(row["packet_latency"]) for row in csv.DictReader(given)
                  if row["config"] == "bs3" and row["pattern"] == "uniform"}
    report = run("noc", "--open-loop", ",".join(map(str, sorted(wanted))), "--mesh", "8x8", "--preset", "bs3",
                 "--cycles", 40000, "--warmup", 4000, "--seed", 1)
    worst, cells = 0, []
    for load in report["openLoop"]:
        off = load["packetLatency"] / wanted[load["offered"]] - 1
        if load["offered"] <= 0.8 * saturation:
            worst = max(worst, abs(off))
        cells.append(f"{load['offered']:g}: {100 * off:+.2f}" + (" unstable" if load["unstable"] else ""))
    return worst <= 0.03, f"worst {100 * worst:.2f} %; by load in % " + ", ".join(cells)


def network_rows(d):
    """Bursts and the steady load of the network-on-chip alone."""
    folder = d / "noc-bursts"
    for path in sorted(folder.glob("*-*x*.csv.gz")):
        name = path.name.split(".")[0]
        for preset in ("bs3", "min1", "rtl2"):
            yield (f"noc-{name}-{preset}", "drain 2 %, mean latency 3 %",
                   lambda f=path, p=preset: burst(f, p, f"delivered_{p}"))
    yield "noc-open-loop-bs3", "3 % up to 80 % of saturation", lambda: open_loop(folder / "booksim-8x8-openloop.csv")


def tinyodin(folder):
    """A register-transfer run of tinyODIN against the core model: differing lines, file by file."""
    check = run("tinyodin", folder, "--check", codes=(0, 3))["check"]
    text = ", ".join(f"{file['file']} {file['differing']} of {file['lines']}" for file in check["files"])
    return check["differing"] == 0 and len(check["files"]) == 5, f"lines that differ: {text}"


def workload(d, name):
    """A reference workload on the chip: spikes and operations against the reference, whatever the timing mode."""
    found = run("bench", "--data", d / "workloads", "--only", name, "--seconds", 0, codes=(0, 3))["workloads"][name]
    modes = {mode: found[mode] for mode in ("analytic", "event")}
    energy, latency = ([f"{mode[key][part] / 1e6:.4g}" for mode in modes.values()]
                       for key, part in (("energy", "totalPicojoules"), ("latency", "perSampleNanoseconds")))
    same = len({mode["packets"] for mode in modes.values()}) == 1
    good = found["matches"] is True and same
    return good, (f"spikes {found['spikes']}, {found['analytic']['synapticOperations']} operations; analytic / event: "
                  f"energy {' / '.join(energy)} uJ, latency {' / '.join(latency)} ms, "
                  f"{modes['event']['packets']:.0f} packets, {modes['event']['packetHops']:.0f} hops, {found['cores']} cores")


def slurm_array(d):
    """emulate and sweep as job arrays of 4 tasks on a Slurm of one node: merged JSON against the single run's bytes.

    Without slurm-wlm, munge and root the same scripts run one after another, and the row says so.
    """
    digits = ROOT / "Examples/digits"
    chosen = [digits / "digits_cnn.onnx", "--profile", PROFILES[0], "--calibration", digits / "train_images.npy"]
    files = ["--data", digits / "test_images.npy", "--labels", digits / "test_labels.npy"]
    chip = KEPT / "array.chip"
    run("compile", *chosen, "-T", 16, "-o", chip)
    paths = os.environ["PATH"] + ":/usr/sbin:/sbin"
    has_slurm = os.geteuid() == 0 and all(shutil.which(tool, path=paths) for tool in ("munged", "slurmctld", "slurmd"))
    good, texts = True, []
    for name, words in {
        "emulate": ["emulate", chip, *files], "emulate event": ["emulate", chip, *files, "--timing", "event"],
        "sweep": ["sweep", *chosen, *files, "-T", "4,8,16", "--iterations", 100, "--early-exit"],
    }.items():
        command = [str(word) for word in (TOOL, *words)]
        single = subprocess.run([*command, "--json"], capture_output=True, check=True).stdout
        with tempfile.TemporaryDirectory() as folder:
            start = time.time()
            try:
                (slurm if has_slurm else stand_in)(4, folder, command)
            except subprocess.CalledProcessError as error:
                raise RuntimeError(f"{name}: exit {error.returncode}: {error.stderr.decode()[-2000:]}") from error
            merged = (pathlib.Path(folder) / "merged.json").read_bytes()
        good = good and merged == single
        texts.append(f"{name} {'identical' if merged == single else 'DIFFERS'} ({len(single)} bytes, {time.time() - start:.0f} s)")
    chip.unlink()
    how = "Slurm, 4 tasks" if has_slurm else "stand-in: the same scripts without Slurm, 4 tasks"
    return good, f"{how}: " + ", ".join(texts)


def slurm(parts, folder, command):
    """A job array on a Slurm started for it."""
    subprocess.run([ROOT / "Scripts/slurm_once.sh", str(parts), folder, *command], capture_output=True, check=True)


def stand_in(parts, folder, command):
    """The scripts of the job array, one task after another."""
    cluster = ROOT / "Examples/cluster"
    for part in range(1, parts + 1):
        task = {"SLURM_ARRAY_TASK_ID": str(part), "SLURM_ARRAY_TASK_COUNT": str(parts)}
        subprocess.run(["bash", cluster / "parts.sbatch", folder, *command], env=os.environ | task,
                       capture_output=True, check=True)
    subprocess.run(["bash", cluster / "merge.sbatch", folder, str(parts), command[0]], capture_output=True, check=True)


def rows(d):
    """Name, bar, and what measures it."""
    yield "slurm-array", "merged = single run, byte for byte", lambda: slurm_array(d)
    cores = {("resnet20", PROFILES[0]): 700, ("resnet44", PROFILES[0]): 1650}
    yield "onnx-cases", "≥ 110 of 145, 46 of 46, 0 wrong", lambda: conformance(d)
    yield "convert-resnet20", "< 120 s", lambda: conversion_time(d)
    for name, facts in networks(d).items():
        for profile in PROFILES:
            most = cores.get((name, profile))
            bar = "bit-exact" + (f", ≤ {most} cores" if most else "")
            yield f"verify-{name}-{profile}", bar, lambda f=facts, p=profile, m=most: bit_exact(*f, p, m)
    fashion = d / "fashion_mnist"
    yield "compare-fashion_lenet", "ANN 91.71 ± 0.02, loss ≤ 0.7", lambda: comparison(
        d / "models/fashion_lenet.onnx", [], fashion / "test_images.npy", fashion / "test_labels.npy",
        fashion / "train_images.npy", 0.7, ann=91.71)
    cifar = d / "cifar10"
    yield "compare-resnet20", "loss ≤ 1.5", lambda: comparison(
        d / "models/resnet20.onnx", IMAGENET, cifar / "test_images_0000.npy", cifar / "test_labels_0000.npy",
        cifar / "train_images_00000.npy", 1.5)
    for folder in sorted((d / "workloads").iterdir()):
        if (folder / "input.npy").exists():
            yield (f"workload-{folder.name}", "spikes as aligned, same in both modes",
                   lambda n=folder.name: workload(d, n))
    yield from network_rows(d)
    yield from method_rows(d)
    yield from table_rows(d)
    for folder in sorted((d / "tinyodin-rtl").iterdir()):
        if folder.is_dir():
            yield f"tinyodin-{folder.name}", "0 lines differ", lambda f=folder: tinyodin(f)
    yield from consistency.rows(run, KEPT, d)
    yield from bursts.rows(run, KEPT, d)


def print_table(results):
    """The losses as README shows them: points lost, then ANN right and chip wrong / the reverse."""
    columns = [("bit-serial", 4), ("bit-serial", 6), *(("auto", steps) for steps in (16, 32, 64, 128))]
    print("\n| network (ANN) | " + " | ".join(f"{method} T={steps}" for method, steps in columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name in BARS:
        cells, ann = [], ""
        for method, steps in columns:
            found = re.match(r"loss (\S+) \(ANN ([\d.]+), .* wrong (\d+), reverse (\d+)",
                             results.get(f"loss-{name}-{method}-T{steps}", ""))
            cells.append(f"{found[1]} ({found[3]}/{found[4]})" if found else "not run")
            ann = f" ({found[2]} %)" if found else ann
        print(f"| {name}{ann} | " + " | ".join(cells) + " |")


def main():
    d = data()
    KEPT.mkdir(parents=True, exist_ok=True)
    scripts = b"".join(pathlib.Path(module).read_bytes() for module in (__file__, bursts.__file__, consistency.__file__))
    program = hashlib.sha256(TOOL.read_bytes() + scripts).hexdigest()[:16]
    missed, results = 0, {}
    for name, bar, measure in rows(d):
        if os.environ.get("ONLY", "") not in name:
            continue
        kept = KEPT / f"{name}.{program}.json"
        if kept.exists():
            good, text = json.loads(kept.read_text())
        else:
            try:
                good, text = measure()
                kept.write_text(json.dumps([good, text]))
            except RuntimeError as error:
                good, text = False, str(error)
        missed += not good
        results[name] = text
        print(f"{'ok    ' if good else 'MISSED'} {name:42} {bar:34} {text}", flush=True)
    if any(name.startswith("loss-") for name in results):
        print_table(results)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
