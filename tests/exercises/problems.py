"""Exercises that the tests of sheets share: scalars and tensors, one path and several, an update and none."""

from __future__ import annotations

NEURON = """\
Title: One neuron
Given y = 1
Vary x in 1..5, w in -3..3 except 0, b in -1..1 step 0.5
Vary act in {sigmoid, tanh, relu}
z = w*x + b
a = act(z)
loss = (a - y)^2
Find d(loss)/dw
Require loss != 0
Require relu is active somewhere
"""
TWO_WEIGHTS = """\
Title: Two weights
Given y = 1
Vary x in 1..4, u in {0.5, 1, 1.5}, v in {0.2, 0.4, 0.6, 0.8}
h = tanh(u*x)
p = v*h
loss = (p - y)^2/2
Find d(loss)/du, d(loss)/dv
Learning rate: 0.1
Updates: 1
"""
DIAMOND = """\
Vary w in 2..9, x in 2..9
a = w*x
b = a^2
c = 3*a
loss = b - c
Find d(loss)/dw
"""
ROUNDED = """\
Vary x in 1..9, w in {0.3, 0.7, 1.1}, b in {-0.5, 0.2}
z = w*x + b
p = sigmoid(z)
loss = -log(p)
Find d(loss)/dw, d(loss)/db
Round: 3
"""
LAYER = """\
Title: A linear layer
Vary X in -2..2, W in -2..2, b in -1..1, Y in 0..3
Given X: (2, 2), W: (2, 2), b: (2,), Y: (2, 2)
Z = X @ W + b
A = relu(Z)
L = mse(A, Y)
Find dL/dW, dL/db
Require relu is active somewhere
"""
PROBLEMS = {"neuron": NEURON, "two weights": TWO_WEIGHTS, "diamond": DIAMOND, "rounded": ROUNDED, "layer": LAYER}
