"""Rows `consistency-…` of validate.py: generated networks at stated rates against published power.

The profiles' constants come from the same publications, so these rows check counts and sums, not the constants. Each
row also doubles the counted events: a figure that would not notice a double count is no check. Needs NumPy.
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BAR = 0.05
DYNAMIC = ("network", "lowering")


def writer():
    sys.path.insert(0, str(ROOT / "Examples/python"))
    try:
        import numpy
        from write_snn import SpikingNet
    except ImportError as error:
        raise RuntimeError(f"needs NumPy: {error}") from error
    return numpy, SpikingNet


def tonic(np, net, count, rate, bias=100):
    """Neurons that fire at a rate (spikes a step) of their own, evenly out of step with one another."""
    threshold = round(bias / rate)
    start = (np.arange(count) * threshold // count).reshape(count, 1, 1)
    return net._population((count,), threshold=threshold, bias=bias, initial=start, reset="soft",
                           comparison="greaterOrEqual")


def periodic(np, net, count, period):
    """The same with hard reset, once in a number of steps, in the multiples of 64 that Loihi's registers hold."""
    bias = 2**14
    start = (np.arange(count) % period * bias).reshape(count, 1, 1)
    return net._population((count,), threshold=period * bias - 64, bias=bias, initial=start, reset="hard")


def idle(np, net):
    """Gives the unused input a silent neuron: networks of spikes need one."""
    net.dense(net.input, np.array([[1]], "int8"), threshold=100, reset="soft", comparison="greaterOrEqual")


def emulate(run, folder, net, outputs, raster, profile, *flags):
    """Compiles and emulates a network on one raster; the run with its ledger."""
    import numpy as np
    snn, chip, data = folder / "consistency.snn", folder / "consistency.chip", folder / "consistency.npy"
    net.write(snn, outputs)
    np.save(data, raster)
    run("compile", snn, "--profile", profile, "-o", chip, *flags)
    result = run("emulate", chip, "--data", data)
    for path in (snn, chip, data):
        path.unlink()
    return result


def lines(result, *, without=()):
    """pJ of the events on the chip."""
    return sum(line["picojoules"] for line in result["energy"]["lines"]
               if line["category"] in DYNAMIC and line["id"].split(".")[-1] not in without)


def price(result, key):
    return next(line["price"] for line in result["energy"]["lines"] if line["id"] == key)


def judge(found, doubled, published, unit, text):
    """Within the bar, and outside it with every event counted twice."""
    error, planted = found / published - 1, doubled / published - 1
    good = abs(error) <= BAR and abs(planted) > BAR
    return good, (f"{found:.4g} {unit}, published {published:.4g} ({100 * error:+.2f} %; events counted twice "
                  f"{100 * planted:+.2f} %); {text}")


def truenorth(run, folder, rate, published):
    """Two cores at the chip's mean distance send one another 128 synapses a spike; scaled to 2^20 neurons."""
    np, network = writer()
    steps = 1000
    net = network("rates", (1,), steps, schedule="freeRunning")
    one, two = tonic(np, net, 256, rate / 1000), tonic(np, net, 256, rate / 1000)
    # Each neuron has 64 inputs of weight 1 and 64 of −1, so that rates stay what the biases make them.
    rows = [np.sort((neuron - np.arange(128)) % 256) for neuron in range(256)]
    weights = [np.where(row % 2 == 0, 1, -1).astype("int8") for row in rows]
    net.sparse(one, rows, weights, target=two)
    net.sparse(two, rows, weights, target=one)
    idle(np, net)
    pins = folder / "consistency.pins.json"
    places = (("hidden 1", 0, 0), ("hidden 2", 22, 21))
    pins.write_text(json.dumps({"schema": "spikeloom.pins/1", "pins": [
        {"layer": layer, "core": {"chip": 0, "column": column, "row": row, "slot": 0}}
        for layer, column, row in places]}))
    result = emulate(run, folder, net, [two], np.zeros((1, steps, 1), "u1"), "truenorth", "--mapping", pins)
    pins.unlink()
    scale = 2**20 / 512 / (steps * 1e-3) * 1e-9
    static = price(result, "static")
    events = lines(result, without=("neuronUpdate",)) * scale
    updates = lines(result) * scale - events
    real = result["operations"]["spikes"] / 512 / (steps * 1e-3)
    return judge(static + updates + events, static + updates + 2 * events, published, "mW",
                 f"2 cores 22 + 21 hops apart at {real:.2f} Hz, times 2,048; less host and reset")


def odin(run, folder, rate):
    """Input and hidden spikes walk their rows; P = 27.3 + 1.78 f + 8.43 MSOP/s (µW, f = 75 MHz)."""
    np, network = writer()
    steps, source = 200, np.random.default_rng(1)
    raster = (source.random((1, steps, 96)) < rate).astype("u1")
    net = network("rates", (96,), steps)
    # An axon has one sign: three sources in four excite.
    signs = np.where(np.arange(96) % 4, 1, -1)
    first, second = source.integers(0, 4, (96, 96)) * signs, source.integers(0, 4, (32, 96)) * signs
    hidden = net.dense(net.input, first.astype("int8"), threshold=60, reset="hard", comparison="greaterOrEqual")
    last = net.dense(hidden, second.astype("int8"), threshold=100, reset="hard", comparison="greaterOrEqual")
    result = emulate(run, folder, net, [last], raster, "odin")
    # Counted here a second time: an event is 256 synaptic operations, stored or not.
    events = int(raster.sum()) + spikes(np, raster[0], first, 60)
    interval = result["latency"]["intervalNanoseconds"]
    published = 27.3 + 1.78 * 75 + 8.43 * 256 * events / interval * 1e3
    static = price(result, "static") * 1000
    dynamic = lines(result) / interval * 1e3
    rate = 256 * events / interval * 1e3
    return judge(static + dynamic, static + 2 * dynamic, published, "µW",
                 f"{events} events, {rate:.1f} MSOP/s of at most 37.5; less host")


def spikes(np, raster, weights, threshold):
    """Spikes of integrate-and-fire neurons of 8 signed bits with hard reset, in plain NumPy."""
    potential, count = np.zeros(len(weights), int), 0
    for step in raster:
        potential = np.clip(potential + weights @ step, -128, 127)
        fired = potential >= threshold
        count += int(fired.sum())
        potential[fired] = 0
    return count


def spinnaker(run, folder, everyone, published):
    """256 neurons at 10 Hz, each to one neuron or to all 256 of a core: nJ a delivered event beside SNABSuite's."""
    np, network = writer()
    steps = 1000
    net = network("rates", (1,), steps, schedule="freeRunning")
    source = tonic(np, net, 256, 0.01)
    if everyone:
        rows = [np.arange(256)] * 256
    else:
        rows = [np.array([neuron]) for neuron in range(256)]
    target = net.sparse(source, rows, [np.ones(len(row), "int8") for row in rows], threshold=2**30, reset="soft",
                        comparison="greaterOrEqual")
    idle(np, net)
    result = emulate(run, folder, net, [target], np.zeros((1, steps, 1), "u1"), "spinnaker1")
    sent = result["operations"]["spikes"]
    delivered = len(rows[0]) * sent
    events = lines(result, without=("neuronSpike", "neuronUpdate"))
    firing = lines(result) - events
    good, text = judge(events / delivered / 1e3, 2 * events / delivered / 1e3, published,
                       "nJ an event", f"{sent:.0f} spikes of one core, no scaling")
    spike = firing / sent / 1e3
    return good and abs(spike / 10.36 - 1) <= BAR, f"{text}; a spike {spike:.4g} nJ, published 10.36"


def line_through(points):
    """Slope and intercept of a straight line through two or more points (least squares)."""
    count = len(points)
    mean = [sum(point[axis] for point in points) / count for axis in (0, 1)]
    slope = (sum((x - mean[0]) * (y - mean[1]) for x, y in points)
             / sum((x - mean[0]) ** 2 for x, y in points))
    return slope, mean[1] - slope * mean[0]


def smnist(run, folder, data, profile):
    """LSNN on one Loihi core: dynamic nJ a step over the hidden neurons' rate; no pass or fail."""
    np, network = writer()
    data = data / "loihi-measured/lsnn-smnist"
    measured = json.loads((data / "measured.json").read_text())["core_dynamic_nj_per_step"]
    matrices = [np.load(data / f"w_{name}.npy").astype(int) for name in ("in", "rec", "out")]
    steps, points = 840, []
    for period in (100, 20, 5):
        net = network("rates", (80,), steps, schedule="freeRunning")
        hidden = periodic(np, net, 240, period)
        # Their synapses, with small weights: what they count does not depend on the values.
        rows = [[np.flatnonzero(column) for column in matrix.T] for matrix in matrices]
        signs = [[np.sign(matrix[row, at]).astype("int8") for at, row in enumerate(part)]
                 for matrix, part in zip(matrices, rows)]
        net.sparse(net.input, rows[0], signs[0], target=hidden)
        net.sparse(hidden, rows[1], signs[1], target=hidden)
        out = net.sparse(hidden, rows[2], signs[2], threshold=2**20, reset="hard")
        # The second compartments of 100 adaptive neurons, with a synapse that never counts for want of spikes.
        extra = [np.array([79])] + [np.zeros(0, int)] * 99
        net.sparse(net.input, extra, [np.ones(len(row), "int8") for row in extra], threshold=2**20, reset="hard")
        raster = np.zeros((1, steps, 80), "u1")
        raster[0, np.arange(steps), np.arange(steps) % 79] = 1
        result = emulate(run, folder, net, [out], raster, profile)
        points.append((result["operations"]["spikes"] / 240 / steps, lines(result) / steps / 1e3))
    return reproduces(points, measured, "nJ a step")


def reproduces(points, measured, unit):
    """The line of predictions and the rate at which it meets the measurement."""
    slope, start = line_through(points)
    rate = (measured - start) / slope
    shown = ", ".join(f"{value:.3g} at a rate of {100 * x:.1f} %" for x, value in points)
    meets = (f"which a rate of {100 * rate:.2f} % reproduces" if rate >= 0
             else f"which no rate reproduces: {start:.3g} without any spike")
    return True, f"predicted {shown}; measured {measured:.3g} {unit}, {meets}"


def keyword(run, folder, data, profile):
    """ABR's scaling study: mW for each further layer of 256 neurons over the unknown rate; no pass or fail."""
    np, network = writer()
    summary = json.loads((data / "loihi-measured/abr-keyword/summary.json").read_text())
    sets = [summary[name] for name in ("C00", "C02", "C06", "C10")]
    measured, _ = line_through([(10.0 * one["n_copies"], 1e3 * one["dynamic_w"]) for one in sets])
    # Ten steps an inference, at the pace of the largest network.
    pace = 10 * sets[-1]["inf_s"]
    steps, points = 100, []
    for period in (50, 10, 3):
        net = network("rates", (1,), steps, schedule="freeRunning")
        one = periodic(np, net, 256, period)
        signs = np.where(np.arange(256) % 2, 100, -100)
        two = net.dense(one, np.tile(signs, (256, 1)).astype("int8"), threshold=2**20, reset="hard")
        net.dense(net.input, np.array([[1]], "int8"), threshold=64, reset="hard")
        result = emulate(run, folder, net, [two], np.zeros((1, steps, 1), "u1"), profile)
        # Both populations are updated, one sends: an average layer is updated once and sends once.
        updates = lines(result) - lines(result, without=("neuronUpdate",))
        layer = (lines(result) - updates + updates * 256 / 513) / steps
        points.append((result["operations"]["spikes"] / 256 / steps, layer * pace * 1e-9))
    return reproduces(points, measured, "mW a layer of 256 (slope of C00 to C10)")


def rows(run, folder, data):
    """Name, bar, and what measures it."""
    for rate, published in ((11.58, 68), (95.93, 94)):
        yield (f"consistency-truenorth-{rate}Hz", "within 5 %, doubled outside",
               lambda r=rate, p=published: truenorth(run, folder, r, p))
    for rate in (0.05, 0.3):
        yield (f"consistency-odin-rate-{rate}", "within 5 %, doubled outside", lambda r=rate: odin(run, folder, r))
    for name, everyone, published in (("one-to-one", False, 93.87), ("one-to-all", True, 7.543)):
        yield (f"consistency-spinnaker-{name}", "within 5 %, doubled outside",
               lambda e=everyone, p=published: spinnaker(run, folder, e, p))
    for profile in ("loihi1-silicon-fit", "loihi1-davies"):
        yield f"consistency-smnist-{profile}", "report", lambda p=profile: smnist(run, folder, data, p)
        yield f"consistency-keyword-{profile}", "report", lambda p=profile: keyword(run, folder, data, p)
