"""Wrong answers as students write them, by hand: the problem, the answer, the line that is wrong, and the mistake."""

from __future__ import annotations

from tests.conftest import CHECKOUT

LESSON = (CHECKOUT / "examples" / "lesson.txt").read_text(encoding="utf-8")
OTHER_LESSON = """
Given x = 3, y = 2, w = 2
y^ = x * w
s = y^ - y
loss = s**2
Find d(loss)/dw
"""
NET = (CHECKOUT / "examples" / "two-two-one-tanh.txt").read_text(encoding="utf-8")
LOGISTIC = (CHECKOUT / "examples" / "logistic-neuron.txt").read_text(encoding="utf-8") + "Updates: 1\n"
FITTED = """
Given x = 3, y = 4, w = 2, b = 1, c = 5
u = w*x + b
v = u*w
e = y/u
q = 1/w
loss = (v - y)^2 + e + q + c
Find d(loss)/dw, d(loss)/db
"""
LAYER = """
Given x = [1, 2, -1]
Given W = [[1, 0, 2], [2, 1, 1]]
Given b = [1, -2]
Given y = [1, 3]
z = W @ x + b
e = z - y
loss = sum(e*e)
Find d(loss)/dW, d(loss)/db, d(loss)/dx
"""
SQUARE = """
Given X = [[1, 2], [3, -1]]
Given W = [[2, 1], [0, 3]]
Given Y = [[1, 1], [2, 0]]
Z = X @ W
E = Z - Y
loss = mean(E*E)
Find d(loss)/dW, d(loss)/dX
"""

FORWARD_RIGHT = "y^ = x*w = 6\ns = y^ - y = 4\nloss = s^2 = 16\n"

ANSWERS: tuple[tuple[str, str, str, str], ...] = (
    # the lesson, with its own numbers
    (LESSON, "y^ = 1\ns = y - y^ = 1", "s", "difference turned round"),
    (LESSON, "y^ = 1\ns = y^ - y = -1\nloss = s^2 = -1", "loss", "sign of a square"),
    (LESSON, "s = -1\nloss = s^2 = 2*(-1) = -2", "loss", "doubled for squared"),
    (LESSON, "s = -1\nloss = 1\ndloss/ds = s = -1", "∂loss/∂s", "factor lost"),
    (LESSON, "s = -1\ndloss/ds = 2*s^2 = 2", "∂loss/∂s", "exponent kept"),
    (LESSON, r"$\frac{\partial loss}{\partial s} = 2$", "∂loss/∂s", "base dropped"),
    (LESSON, "dy^/dw = w = 1", "∂ŷ/∂w", "the name itself for the other factor"),
    (LESSON, "dloss/ds = -2\ndloss/dy^ = dloss/ds + ds/dy^ = -2 + 1 = -1", "∂loss/∂ŷ", "added along a path"),
    # other numbers, at which mistakes can be told apart
    (OTHER_LESSON, "y^ = x + w = 5", "ŷ", "added for multiplied"),
    (OTHER_LESSON, "y^ = 6\ns = 2 - 6 = -4", "s", "difference turned round"),
    (OTHER_LESSON, "y^ = 6\ns = 4\nloss = 8", "loss", "doubled for squared"),
    (OTHER_LESSON, "y^ = 6\ns = 4\nloss = 4^2 = -16", "loss", "sign of a square"),
    (OTHER_LESSON, FORWARD_RIGHT + "∂loss/∂s = s = 4", "∂loss/∂s", "factor lost"),
    (OTHER_LESSON, FORWARD_RIGHT + "dloss/ds = 32", "∂loss/∂s", "exponent kept"),
    (OTHER_LESSON, FORWARD_RIGHT + "dloss/ds = 2", "∂loss/∂s", "base dropped"),
    (OTHER_LESSON, FORWARD_RIGHT + "dloss/ds = 8\ndloss/dy^ = 8\ndloss/dw = 8*w = 16", "∂loss/∂w",
     "the name itself for the other factor"),
    (OTHER_LESSON, FORWARD_RIGHT + "dloss/ds = 8\ndloss/dy^ = 8\ndloss/dw = 8 + 3 = 11", "∂loss/∂w",
     "added along a path"),
    (OTHER_LESSON, FORWARD_RIGHT + "dloss/ds = 8\ndloss/dy^ = 8\ndloss/dw = 3", "∂loss/∂w",
     "incoming adjoint left out"),
    (OTHER_LESSON, FORWARD_RIGHT + "dloss/ds = 8\ndloss/dy^ = 8\ndloss/dw = 8", "∂loss/∂w", "stopped a node early"),
    (OTHER_LESSON, FORWARD_RIGHT + "dloss/ds = 128", "∂loss/∂s", "begun with the loss"),
    (OTHER_LESSON, FORWARD_RIGHT + "dloss/ds = 1", "∂loss/∂s", "loss not differentiated"),
    (OTHER_LESSON, "16", "∂loss/∂w", "the name itself for the other factor"),
    (OTHER_LESSON, "12", "∂loss/∂w", "factor lost"),
    (OTHER_LESSON, "$s x$", "∂loss/∂w", "factor lost"),
    (OTHER_LESSON, "$2x(y - xw)$", "∂loss/∂w", "difference turned round"),
    # from an own wrong value
    (OTHER_LESSON, "y^ = 6\ns = -4\nloss = 16\ndloss/ds = s = -4", "∂loss/∂s", "factor lost"),
    (OTHER_LESSON, "y^ = 6\ns = 5\nloss = 25\ndloss/ds = 10\ndloss/dy^ = 10\ndloss/dw = 20", "∂loss/∂w",
     "the name itself for the other factor"),
    (OTHER_LESSON, "y^ = 5\ns = 3\nloss = 9\ndloss/ds = 18", "∂loss/∂s", "exponent kept"),
    # a 2-2-1 network
    (NET, "z_1 = 0.1*1 + 0.4*(-1) = -0.3\nh_1 = -0.3", "h₁", "activation left out"),
    (NET, "z_2 = w21*x1 + w22*x2 = -0.5", "z₂", "bias left out"),
    (NET, "z_1 = -0.3\nh_1 = -0.2913\nz_2 = -0.4\nh_2 = -0.3799\ny^ = -0.01394\nloss = y^ - y = -1.0279", "loss",
     "doubled for squared"),
    (NET, "loss = (y - y^)^2 = -0.2641", "loss", "sign of a square"),
    (NET, "dloss/dy^ = y^ - y = -0.5139", "∂loss/∂ŷ", "factor lost"),
    (NET, "dh_1/dz_1 = 1 - h_1", "∂h₁/∂z₁", "square lost"),
    (NET, "dh_2/dz_2 = 1 - z_2^2", "∂h₂/∂z₂", "derivative at the wrong point"),
    (NET, "dh_2/dz_2 = tanh(z_2)", "∂h₂/∂z₂", "the function for its derivative"),
    (NET, "dz_1/dw11 = w11", "∂z₁/∂w₁₁", "the name itself for the other factor"),
    (FITTED, "du/dw = x + b = 4", "∂u/∂w", "constant kept"),
    (NET, "dloss/dh_2 = 0.5139\ndloss/dz_2 = 0.5139", "∂loss/∂z₂", "activation's derivative left out"),
    (NET, "dloss/dh_2 = 0.5139\ndloss/dz_2 = 0.5139 + 0.8556 = 1.3696", "∂loss/∂z₂", "added along a path"),
    (NET, "dloss/dz_1 = -0.6585\ndloss/dw12 = -0.6585", "∂loss/∂w₁₂", "stopped a node early"),
    # logistic regression
    (LOGISTIC, "z = 0.5*1 + 0.25*(-2) = 0", "z", "bias left out"),
    (LOGISTIC, "z = 0.1\np = 0.1", "p", "activation left out"),
    (LOGISTIC, "dp/dz = z*(1 - z)", "∂p/∂z", "derivative at the wrong point"),
    (LOGISTIC, "dp/dz = p", "∂p/∂z", "the function for its derivative"),
    (LOGISTIC, "dz/dw1 = w1", "∂z/∂w₁", "the name itself for the other factor"),
    (LOGISTIC, "dz/db = b", "∂z/∂b", "the term itself for 1"),
    (LOGISTIC, "dloss/dz = -0.4750\ndloss/dw2 = -0.4750", "∂loss/∂w₂", "stopped a node early"),
    (LOGISTIC, "dloss/dz = -0.4750\ndloss/dw2 = -2", "∂loss/∂w₂", "incoming adjoint left out"),
    (LOGISTIC, "dloss/dw2 = 0.9500\nw2 <- w2 + 0.5*dloss/dw2 = 0.25 + 0.5*0.9500 = 0.7250", "w₂ after the update",
     "gradient ascent"),
    (LOGISTIC, "dloss/dw2 = 0.9500\nw2 <- w2 - dloss/dw2 = 0.25 - 0.9500 = -0.7000", "w₂ after the update",
     "learning rate left out"),
    # several paths, quotients, products
    (FITTED, "u = w*(x + b) = 8", "u", "brackets moved"),
    (FITTED, "dv/du = u", "∂v/∂u", "the name itself for the other factor"),
    (FITTED, "de/du = -y/u", "∂e/∂u", "denominator not squared"),
    (FITTED, "dq/dw = -1/w", "∂q/∂w", "denominator not squared"),
    (FITTED, "de/du = y/u^2", "∂e/∂u", "sign lost"),
    (FITTED, "dloss/dv = v - y = 10", "∂loss/∂v", "factor lost"),
    # small matrices
    (LAYER, "z = [0, 1]\ne = [1, 2]", "e", "sign"),
    (LAYER, "dloss/de = [-1, -2]", "∂loss/∂e", "factor lost"),
    (LAYER, "dloss/dW = [[-2, -4], [-4, -8], [2, 4]]", "∂loss/∂W", "result transposed"),
    (LAYER, "dloss/db = [2, 4]", "∂loss/∂b", "sign"),
    (SQUARE, "dloss/dZ = [[1/2, 3], [2, 0]]\ndloss/dX = [[4, 4], [9, 0]]", "∂loss/∂X", "result transposed"),
    (SQUARE, "dloss/dE = [[2, 12], [8, 0]]", "∂loss/∂E", "mean forgotten"),
    (SQUARE, r"$\frac{\partial loss}{\partial W} = \begin{pmatrix} 9/2 & 3 \\ -1/2 & 9 \end{pmatrix}$", "∂loss/∂W",
     "transpose missing"),
    (SQUARE, "dloss/dX = [[1, 19/2], [4, 2]]", "∂loss/∂X", "transpose missing"),
)  # fmt: skip
