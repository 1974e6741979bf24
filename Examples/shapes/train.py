#!/usr/bin/env python3
"""Make small pictures of coloured shapes, train a segmenter and a detector on them, export both as ONNX.

Writes next to this script (or into --out): calibration and test pictures with masks and boxes,
segmenter.onnx, detector.onnx, their .json sidecars and what they answer to the first test pictures. Needs numpy and torch, nothing else.
The decoding and the metrics below say again in Python what `spikeloom compare --metric` computes.
"""
import argparse
import os
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

SIZE = 32                               # pictures are SIZE x SIZE x 3, uint8
CLASSES = ("square", "disc", "triangle")
MOST = 3                                # objects in a picture: 1...MOST
LARGE = 12                              # an object of at least this many pixels belongs to the coarse output
SCALE = 1 / 255                         # network input = stored byte / 255
SEEDS = {"train": 11, "calibration": 12, "test": 13}
ROWS, COLUMNS = np.mgrid[0:SIZE, 0:SIZE] + 0.5


def colour_apart(rng, others):
    """A colour at least 60 away (Euclidean, of 255 a channel) from every other."""
    while True:
        colour = rng.uniform(20, 235, 3)
        if all(np.linalg.norm(colour - other) >= 60 for other in others):
            return colour


def inside(kind, x0, y0, x1, y1):
    """Which pixel centres lie in the shape that fills the box."""
    if kind == 0:
        return (COLUMNS > x0) & (COLUMNS < x1) & (ROWS > y0) & (ROWS < y1)
    if kind == 1:
        u = (COLUMNS - (x0 + x1) / 2) / ((x1 - x0) / 2)
        v = (ROWS - (y0 + y1) / 2) / ((y1 - y0) / 2)
        return u * u + v * v < 1
    half = (ROWS - y0) / (y1 - y0) * (x1 - x0) / 2     # an upright triangle
    return (ROWS > y0) & (ROWS < y1) & (np.abs(COLUMNS - (x0 + x1) / 2) < half)


def picture(rng):
    """One picture, its mask (0: background, 1 + class else) and its boxes (class, x0, y0, x1, y1)."""
    base = rng.uniform(40, 215, 3)
    slope = rng.uniform(-25, 25, (2, 3))
    image = base + (COLUMNS / SIZE - 0.5)[..., None] * slope[0] + (ROWS / SIZE - 0.5)[..., None] * slope[1]
    mask = np.zeros((SIZE, SIZE), np.uint8)
    boxes = np.full((MOST, 5), -1, np.float32)
    colours, taken = [base], []
    for _ in range(rng.integers(1, MOST + 1)):
        for _ in range(20):                                             # a place free of other objects
            width = rng.integers(7, 17)
            height = int(np.clip(width + rng.integers(-2, 3), 7, 17))
            x0, y0 = rng.integers(0, SIZE - width + 1), rng.integers(0, SIZE - height + 1)
            box = (x0, y0, x0 + width, y0 + height)
            if all(box[0] > t[2] or box[2] < t[0] or box[1] > t[3] or box[3] < t[1] for t in taken):
                break
        else:
            continue
        kind = rng.integers(len(CLASSES))
        colours.append(colour_apart(rng, [base]))
        place = inside(kind, *box)
        image[place] = colours[-1]
        mask[place] = 1 + kind
        boxes[len(taken)] = (kind,) + box
        taken.append(box)
    image += rng.normal(0, 32, image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), mask, boxes


def pictures(count, seed):
    rng = np.random.default_rng(seed)
    made = [picture(rng) for _ in range(count)]
    return tuple(np.stack(part) for part in zip(*made))


def to_input(images):
    """uint8 N x H x W x 3 -> float32 N x 3 x H x W in 0...1"""
    return torch.from_numpy(images).permute(0, 3, 1, 2).float().contiguous() * SCALE


def conv(cin, cout, stride=1):
    return nn.Sequential(nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout), nn.ReLU())


class Segmenter(nn.Module):
    """Four scores a pixel: an encoder, a decoder, and a skip by concatenation at every scale."""

    def __init__(self, a=10, b=20, c=40):
        super().__init__()
        self.whole = conv(3, a)                                          # 32 x 32
        self.halved = nn.Sequential(conv(a, b, 2), conv(b, b))            # 16 x 16
        self.quartered = nn.Sequential(nn.AvgPool2d(2), conv(b, c), conv(c, c))   # 8 x 8
        self.up = nn.Sequential(nn.ConvTranspose2d(c, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU())
        self.half_out = conv(2 * b, b)
        self.narrow = nn.Conv2d(b, a, 1)
        self.full_out = conv(2 * a, 12)
        self.score = nn.Conv2d(12, 1 + len(CLASSES), 1)

    def forward(self, x):
        full = self.whole(x)
        half = self.halved(full)
        y = self.half_out(torch.cat([half, self.up(self.quartered(half))], 1))
        y = F.interpolate(self.narrow(y), scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.score(self.full_out(torch.cat([full, F.relu(y)], 1)))


class Detector(nn.Module):
    """Two outputs of 5 + 3 numbers a cell: 8 x 8 cells for small objects, 4 x 4 for large ones."""

    def __init__(self, a=12, b=16, c=32, d=48):
        super().__init__()
        self.body = nn.Sequential(conv(3, a), conv(a, b, 2), conv(b, b), conv(b, c, 2), conv(c, c))
        self.deep = nn.Sequential(conv(c, d, 2), conv(d, d))
        self.lateral = nn.Conv2d(d, c, 1)
        self.join = conv(c, c)
        self.fine, self.coarse = nn.Conv2d(c, 5 + len(CLASSES), 1), nn.Conv2d(d, 5 + len(CLASSES), 1)
        for head in (self.fine, self.coarse):
            nn.init.constant_(head.bias[4:5], -3.0)                     # most cells hold no object

    def forward(self, x):
        body = self.body(x)
        deep = self.deep(body)
        up = F.interpolate(self.lateral(deep), scale_factor=2.0, mode="nearest")
        return self.fine(self.join(body + up)), self.coarse(deep)


def cell_targets(boxes, cells):
    """Which cell of a grid answers for which object, and with what: N x 8 x cells x cells, and the mask.

    Channels: centre in the cell (x, y), size as a part of the picture (w, h), objectness, classes.
    """
    target = np.zeros((len(boxes), 5 + len(CLASSES), cells, cells), np.float32)
    for n, objects in enumerate(boxes):
        for kind, x0, y0, x1, y1 in objects[objects[:, 0] >= 0]:
            is_large = max(x1 - x0, y1 - y0) >= LARGE
            if is_large != (cells == 4):
                continue
            x, y = (x0 + x1) / 2 / SIZE * cells, (y0 + y1) / 2 / SIZE * cells
            column, row = int(x), int(y)
            target[n, :5, row, column] = (x - column, y - row, (x1 - x0) / SIZE, (y1 - y0) / SIZE, 1)
            target[n, 5 + int(kind), row, column] = 1
    return torch.from_numpy(target)


def detector_loss(outputs, targets):
    total = 0
    for output, target in zip(outputs, targets):
        there = target[:, 4] > 0
        weight = torch.where(there, 4.0, 1.0)
        total = total + (F.binary_cross_entropy_with_logits(
            output[:, 4], target[:, 4], weight=weight, reduction="sum")) / len(output)
        if there.any():
            found = output.permute(0, 2, 3, 1)[there]
            wanted = target.permute(0, 2, 3, 1)[there]
            boxes = torch.sigmoid(found[:, :4]) - wanted[:, :4]
            boxes = boxes * torch.tensor([1.0, 1.0, output.shape[2], output.shape[2]])   # in cells
            total = total + (6 * F.smooth_l1_loss(boxes, torch.zeros_like(boxes), reduction="sum", beta=0.2)
                             + F.binary_cross_entropy_with_logits(found[:, 5:], wanted[:, 5:], reduction="sum")
                             ) / len(output)
    return total


def iou(a, b):
    """Intersection over union of boxes (M x 4) with boxes (N x 4)."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=2)
    area = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (a, b)]
    return both / (area[0][:, None] + area[1][None, :] - both)


def decode(outputs):
    """Detections of one picture (class, score, box), best first, after suppression at IoU 0.5."""
    found = []
    for output in outputs:
        probable = 1 / (1 + np.exp(-output.astype(np.float64)))
        cells = output.shape[1]
        for row in range(cells):
            for column in range(cells):
                x, y, w, h, there = probable[:5, row, column]
                x, y = (column + x) / cells * SIZE, (row + y) / cells * SIZE
                w, h = w * SIZE, h * SIZE
                for kind in range(len(CLASSES)):
                    score = there * probable[5 + kind, row, column]
                    if score >= 0.01:
                        found.append((kind, score, (x - w / 2, y - h / 2, x + w / 2, y + h / 2)))
    found.sort(key=lambda one: -one[1])
    kept = []
    for one in found:
        if all(one[0] != other[0] or iou(np.array([one[2]]), np.array([other[2]]))[0, 0] <= 0.5 for other in kept):
            kept.append(one)
    return kept[:100]


def map50(outputs, boxes):
    """Mean over classes of the area under precision (made monotone) over recall, at IoU 0.5."""
    detections = [decode([output[n] for output in outputs]) for n in range(len(boxes))]
    result = []
    for kind in range(len(CLASSES)):
        truth = [objects[objects[:, 0] == kind, 1:] for objects in boxes]
        total = sum(map(len, truth))
        if total == 0:
            continue
        ranked = sorted(((d[1], n, d[2]) for n, ds in enumerate(detections) for d in ds if d[0] == kind),
                        key=lambda one: -one[0])
        used, hits = [set() for _ in truth], []
        for _, n, box in ranked:
            overlaps = iou(np.array([box]), truth[n])[0] if len(truth[n]) else np.zeros(0)
            best = int(np.argmax(overlaps)) if len(overlaps) else -1
            hit = best >= 0 and overlaps[best] >= 0.5 and best not in used[n]
            if hit:
                used[n].add(best)
            hits.append(hit)
        right = np.cumsum(hits)
        precision = right / np.arange(1, len(hits) + 1)
        precision = np.maximum.accumulate(precision[::-1])[::-1]
        recall = np.concatenate([[0], right / total])
        result.append(float(np.sum(np.diff(recall) * precision)))
    return float(np.mean(result))


def miou(scores, masks):
    """Mean over the classes that occur of intersection over union, all pixels of all pictures together."""
    answer = scores.argmax(1)
    kinds = [k for k in range(scores.shape[1]) if (masks == k).any() or (answer == k).any()]
    return float(np.mean([((answer == k) & (masks == k)).sum() / ((answer == k) | (masks == k)).sum()
                          for k in kinds]))


def train(net, loss, x, targets, epochs, lr, batch=32):
    opt = torch.optim.AdamW(net.parameters(), lr=lr, weight_decay=1e-2)
    steps = epochs * (len(x) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(opt, lr, total_steps=steps, pct_start=0.2)
    for epoch in range(epochs):
        net.train()
        order, total, start = torch.randperm(len(x)), 0.0, time.time()
        for i in range(len(x) // batch):
            pick = order[i * batch:(i + 1) * batch]
            images, wanted = x[pick], [t[pick] for t in targets]
            if torch.rand(()) < 0.5 and net.mirrors:                      # left and right are alike
                images, wanted = images.flip(3), [t.flip(-1) for t in wanted]
            value = loss(net(images), wanted)
            opt.zero_grad()
            value.backward()
            opt.step()
            schedule.step()
            total += value.item()
        print(f"  epoch {epoch + 1}/{epochs}  mean loss {total / (len(x) // batch):.4f}"
              f"  {time.time() - start:.0f} s", flush=True)
    return net.eval()


def export(net, x, path, names):
    """The network as ONNX, and its answers to a few pictures as torch computes them."""
    with torch.no_grad():
        answers = net(x)
    for name, answer in zip(names, answers if isinstance(answers, tuple) else (answers,)):
        np.save(os.path.join(os.path.dirname(path), f"reference_{name}.npy"), answer.numpy())
    torch.onnx.export(net, x[:1], path + ".onnx", input_names=["input"], output_names=names,
                      dynamic_axes={name: {0: "N"} for name in ["input"] + names})
    with open(path + ".json", "w") as file:
        file.write('{"input":{"scale":%r}}\n' % SCALE)


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)), help="folder to write to")
    ap.add_argument("--only", choices=["data", "segmenter", "detector"], help="make just this")
    ap.add_argument("--pictures", type=int, default=3000, help="training pictures")
    ap.add_argument("--epochs", type=int, default=10)
    args = ap.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    calibration, _, _ = pictures(192, SEEDS["calibration"])
    images, masks, boxes = pictures(200, SEEDS["test"])
    if args.only in (None, "data"):
        for name, array in (("train_images", calibration), ("test_images", images),
                            ("test_masks", masks), ("test_boxes", boxes)):
            np.save(os.path.join(args.out, name + ".npy"), array)
    if args.only == "data":
        return
    train_images, train_masks, train_boxes = pictures(args.pictures, SEEDS["train"])
    x, x_test = to_input(train_images), to_input(images)

    if args.only in (None, "segmenter"):
        print("segmenter")
        torch.manual_seed(1)
        net = Segmenter()
        net.mirrors = True
        train(net, lambda scores, wanted: F.cross_entropy(scores, wanted[0]), x,
              [torch.from_numpy(train_masks).long()], args.epochs, 1e-2)
        with torch.no_grad():
            print(f"  test mIoU {miou(net(x_test).numpy(), masks):.4f}")
        export(net, x_test[:2], os.path.join(args.out, "segmenter"), ["scores"])
    if args.only in (None, "detector"):
        print("detector")
        torch.manual_seed(1)
        net = Detector()
        net.mirrors = False
        train(net, detector_loss, x, [cell_targets(train_boxes, 8), cell_targets(train_boxes, 4)],
              args.epochs, 1e-2)
        with torch.no_grad():
            print(f"  test mAP50 {map50([o.numpy() for o in net(x_test)], boxes):.4f}")
        export(net, x_test[:8], os.path.join(args.out, "detector"), ["fine", "coarse"])


if __name__ == "__main__":
    main()
