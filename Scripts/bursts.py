"""Bursts of packets as networks whose neurons send them: event timing of an image against an independent simulator.

One neuron for each packet, all firing in the first step on the core of the packet's source; one neuron that never fires
for each destination. On a chip whose cores take no time and whose routers are the model `min1`, the first step of the
image, without its barrier, must take as long as the burst drains.
"""
import csv
import gzip
import json
import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "Examples/python"))
import write_snn  # noqa: E402

# min1 of noc-bursts/README.md, a cycle of one nanosecond: FIFOs of 4, everything else one cycle.
MIN1 = {"times/hopEastWest": 1, "times/hopNorthSouth": 1, "times/linkOccupancy": 1, "router/fifoDepth": 4, "router/creditDelay": 1,
        "router/entryDelay": 1, "router/ejectionDelay": 1, "times/neuronUpdate": 0, "times/neuronSpike": 0, "times/axonIn": 0,
        "times/axonOut": 0, "times/synapticOperation": 0}


def image(path, folder):
    """Writes the network, its sample and its pins; returns their paths, or None if not all packets are ready at once."""
    rows, columns = map(int, path.name.split(".")[0].split("-")[-1].split("x"))
    with gzip.open(path, "rt") as given:
        packets = [(int(row["src"]), int(row["dst"]), int(row["cycle"])) for row in csv.DictReader(given)]
    if any(cycle for _, _, cycle in packets):
        return None
    order = sorted(range(len(packets)), key=lambda index: packets[index][0])
    sent = [packets[index] for index in order]
    # A sparse network lists by target who feeds it; those who send stand core after core.
    nodes = rows * columns
    feeds = [[index for index, packet in enumerate(sent) if packet[1] == node] for node in range(nodes)]
    net = write_snn.SpikingNet(path.name.split(".")[0], input_shape=(1,), timesteps=1, coding="direct")
    senders = net.dense(None, np.ones((len(sent), 1), np.int32), threshold=1000, initial=999, reset="soft",
                        comparison="greaterOrEqual")
    takers = net.sparse(senders, feeds, [np.ones(len(feed), np.int8) for feed in feeds], threshold=1 << 20, reset="soft",
                        comparison="greaterOrEqual")
    net.write(folder / "burst.snn", outputs=[takers])
    np.save(folder / "burst.npy", np.ones((1, 1), np.uint8))
    names = [population["name"] for population in net.top["populations"]]
    pins, first = [], 0
    for node in range(nodes):
        core = {"chip": 0, "column": node % columns, "row": node // columns, "slot": 0}
        count = sum(packet[0] == node for packet in sent)
        if count:
            pins.append({"layer": names[-2], "channels": [first, first + count], "core": core})
        first += count
        if feeds[node]:
            pins.append({"layer": names[-1], "channels": [node, node + 1], "core": core})
    (folder / "pins.json").write_text(json.dumps({"schema": "spikeloom.pins/1", "pins": pins}))
    return folder / "burst.snn", folder / "burst.npy", folder / "pins.json"


def check(run, path, folder, drain):
    """Compiles and emulates a burst; returns whether the first step drains in as many cycles, and what it took in both modes."""
    made = image(path, folder)
    overrides = [word for key, value in MIN1.items() for word in ("--set", f"/{key}={value}")]
    chip = folder / "burst.chip"
    run("compile", made[0], "--profile", "crossbar-256", *overrides, "--mapping", made[2], "-o", chip)
    took = {}
    for mode in ("event", "analytic"):
        found = run("emulate", chip, "--profile", "crossbar-256", *overrides, "--data", made[1], "--timing", mode)
        barrier = found["latency"]["barrierNanoseconds"] / found["stepsPerSample"]
        took[mode] = found["stepNanoseconds"][0] - barrier
    good = abs(took["event"] - drain) < 1e-6
    return good, f"event {took['event']:g}, the simulator {drain}, analytic {took['analytic']:g} cycles"


def rows(run, folder, d):
    """A row for every burst whose packets are all ready at once."""
    with open(d / "noc-bursts/summary.csv") as given:
        drains = {row["burst"]: int(row["min1_drain"]) for row in csv.DictReader(given)}
    for path in sorted((d / "noc-bursts").glob("*-*x*.csv.gz")):
        name = path.name.split(".")[0]
        if not name.startswith("paced"):
            yield f"event-burst-{name}", "to the cycle", lambda p=path, n=name: check(run, p, folder, drains[n])
