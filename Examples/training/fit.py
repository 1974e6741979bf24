"""The digits of ../digits and the training loop that both scripts share."""
import importlib.util
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
DIGITS = os.path.join(HERE, os.pardir, "digits")
SCALE = 0.0625      # model input = stored pixel (0..16) / 16

_spec = importlib.util.spec_from_file_location("digits_train", os.path.join(DIGITS, "train.py"))
digits_train = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(digits_train)              # its networks, its augmentation; needs scikit-learn


class Digits:
    """The arrays of Examples/digits: same split, same order. validate: 1,000 to train, 297 held out."""

    def __init__(self, validate=False):
        load = lambda name: np.load(os.path.join(DIGITS, name + ".npy"))
        images, labels = load("train_images"), load("train_labels")
        test = (load("test_images"), load("test_labels"))
        if validate:
            test, images, labels = (images[1000:], labels[1000:]), images[:1000], labels[:1000]
        self.x, self.y = digits_train.to_input(images), torch.from_numpy(labels).long()
        self.x_test, self.y_test = digits_train.to_input(test[0]), torch.from_numpy(test[1]).long()


def fit(make, digits, epochs, lr, decay, seed, penalty=None, batch=64):
    """SGD with momentum, linear warm-up and cosine schedule, as in ../digits/train.py; the last epoch is the result.

    penalty: called with the network, gives a function without arguments that is added to the loss.
    """
    torch.manual_seed(seed)
    net = make()
    extra = penalty(net) if penalty else lambda: 0.0
    weights = [p for p in net.parameters() if p.ndim > 1]             # no decay on biases, BN and bounds
    others = [p for p in net.parameters() if p.ndim <= 1]
    opt = torch.optim.SGD([{"params": weights, "weight_decay": decay}, {"params": others}],
                          lr=lr, momentum=0.9, nesterov=True)
    x, y = digits.x, digits.y
    rounds = len(x) // batch
    steps, warm, began = epochs * rounds, epochs * rounds // 10, time.process_time()
    sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: (
        (s + 1) / warm if s < warm else 0.5 + 0.5 * math.cos(math.pi * (s - warm) / (steps - warm))))
    for epoch in range(epochs):
        net.train()
        order, total = torch.randperm(len(x)), 0.0
        for i in range(rounds):
            pick = order[i * batch:(i + 1) * batch]
            loss = F.cross_entropy(net(digits_train.augment(x[pick])), y[pick])
            total += loss.item()
            opt.zero_grad()
            (loss + extra()).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            opt.step()
            sched.step()
        if (epoch + 1) % 20 == 0 or epoch + 1 == epochs:
            print(f"  epoch {epoch + 1}/{epochs}  mean loss {total / rounds:.4f}  "
                  f"{time.process_time() - began:.0f} CPU s", flush=True)
    return net.eval()


def right(net, x, y):
    with torch.no_grad():
        return int((net(x).argmax(1) == y).sum())
