#!/usr/bin/env python3
"""Speed of each stage on the digits (and, with SPIKELOOM_DATA, on ResNet-20 and ResNet-44): medians of three.

Wall time on a shared machine is noisy: quote ratios from one run.
"""
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
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


def main():
    digits = ROOT / "Examples/digits"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for network in ("digits_cnn", "digits_resnet110"):
            measure(digits / f"{network}.onnx", [], digits / "train_images.npy", digits / "test_images.npy", 400, folder)
        data = os.environ.get("SPIKELOOM_DATA")
        for network in ("resnet20", "resnet44") if data else ():
            cifar = pathlib.Path(data) / "cifar10"
            measure(pathlib.Path(data) / f"models/{network}.onnx", IMAGENET, cifar / "train_images_00000.npy",
                    cifar / "test_images_0000.npy", 40, folder)


if __name__ == "__main__":
    main()
