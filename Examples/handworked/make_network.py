#!/usr/bin/env python3
"""Writes network.snn and sample.npy: three neurons, three time-steps. Only NumPy is needed.

    make_network.py [FOLDER]      where to write them (default: beside this file)
"""
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
sys.path.append(str(HERE.parent / "python"))

from write_snn import SpikingNet  # noqa: E402  (the folder above has to be found first)

net = SpikingNet("handworked", input_shape=(2,), timesteps=3, coding="direct")
# A0 and A1: currents from the two bytes of the sample, 4·x0 - x1 and -x0 + 3·x1.
front = np.array([[4, -1], [-1, 3]], np.int32)
a = net.dense(None, front, threshold=16, initial=8, reset="soft", comparison="greaterOrEqual")
# B: 9 from A0, -3 from A1, and 4 in every step of its window.
weights = np.array([[9, -3]], np.int8)
b = net.dense(a, weights, threshold=10, initial=5, bias=4, reset="soft", comparison="greaterOrEqual")
net.write(OUTPUT / "network.snn", outputs=[b])
np.save(OUTPUT / "sample.npy", np.array([[3, 5]], np.uint8))
