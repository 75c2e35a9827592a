"""Every sentence of a solution, in one place, to be read as a whole and translated: one long page."""

from __future__ import annotations

from ..certificate import AT_THE_STEP, EVALUATION, IDENTITY
from ..comparison import AT_A_KINK, DIFFERENCE
from ..languages import Sentences

# fmt: off
HEADINGS = Sentences("headings", {
    "solution": "Worked solution",
    "exercise": "Exercise",
    "forward": "Forward pass",
    "local": "Local gradients",
    "flows": "Gradients through each step",
    "backward": "Backward pass",
    "forward mode": "Forward-mode pass",
    "jacobians": "Jacobians of each step",
    "chain of jacobians": "The chain rule",
    "second local": "Second-order local gradients",
    "second": "Second derivatives",
    "paths": "Paths",
    "update": "Parameter update",
    "lesson": "Backpropagation",
    "purpose": "What backpropagation is for",
    "concepts": "Four concepts",
    "chain rule": "The chain rule",
    "example": "A worked example",
    "weights": "The weight update",
    "torch": "The same in PyTorch",
    "torch forward": "The forward pass in PyTorch",
    "torch backward": "The backward pass in PyTorch",
})

LABELS = Sentences("labels", {"given": "Given", "find": "Find", "answer": "Answer", "update": "Update", "loss": "Loss"})

REMARKS = Sentences("remarks", {
    "kink": "In {name}, {operation} is taken exactly where it has no derivative: {convention}.",
    "tie": "In {name}, arguments of {operation} tie, and there is no derivative: {convention}.",
    "boundary": "In {name}, a condition lies exactly at its boundary; the derivative is that of the case that applies.",
    "independent": "{loss} does not depend on {name}, so the gradient is 0.",
    "power": "In {name}, what follows {base}^ is read as an exponent, because no {base}^ (a name with a hat) is"
    " defined.",
    "numerator": "Gradients are in numerator layout: vectors are columns and the gradient by one is a row, and the"
    " gradient by a matrix is transposed, with the derivative by the entry [i, j] in row j and column i.",
    "many axes": "The gradient by a tensor of more than two axes has the tensor's own shape: numerator layout is not"
    " defined for it.",
    "symmetric": "{name} is symmetric, and so is its gradient: {name} is differentiated as ½(S + Sᵀ) of a free matrix"
    " S, which gives the symmetric part of the gradient with every entry free. Where only the entries on and below the"
    " diagonal count as variables (Matrix Cookbook, 2.8), those off the diagonal are twice as large.",
    "diagonal": "{name} is diagonal: only the entries on the diagonal vary, so the gradient is 0 off the diagonal.",
    "digits": "Exact fractions grew beyond the limit on digits; from there on values are carried with 50 digits.",
    "floats": "Large tensors are computed in double precision.",
    "zero": "A difference that is 0 to more than 1,000 digits was taken to be exactly 0.",
    "round": "Values are carried rounded to {count} decimals, half away from zero, as in a hand calculation.",
    "round to one": "Values are carried rounded to 1 decimal, half away from zero, as in a hand calculation.",
    "all moved": "The problem names no parameters, so the update moves every given.",
    "held": "A bar marks the direct dependence of {loss} alone; what stands at its foot is held fixed.",
    "set apart softmax": "{names} holds a softmax, which is set apart as a step of its own.",
    "set apart det": "{names} holds the determinant of a formula, and the formula is set apart as a step of its own.",
    "set apart inv": "{names} holds the inverse of a formula, and the formula is set apart as a step of its own.",
    "expanded": "{names} was too long for one derivative and is split into one operation a step.",
    "symbolic": "The givens have no values, so everything is derived and nothing is evaluated.",
    "symbolic in part": "{name} has no value, so everything is derived and nothing is evaluated.",
    "decimals": "Rounded numbers are marked ≈ and show {digits} significant digits; the calculation goes on with all"
    " digits.",
})

# Around the short form of a gradient whose product by the chain rule cancels.
SHORT = Sentences("short", {
    "cancels": "much of this cancels: ",
    "since": ", since ",
    "which": ", which is ",
    "where": " where ",
})

PICTURE = Sentences("picture", {
    "numbers": "The computation graph. In each box stand a name, after → its value and after ← the gradient of the loss"
    " by it; on each line stands the local gradient. Thick lines are the paths from what is wanted to the loss.",
    "symbols": "The computation graph. On each line stands the local gradient. Thick lines are the paths from what is"
    " wanted to the loss.",
    "tensors": "The computation graph. In each box stand a name, after → its value or shape and after ← the same of the"
    " gradient of the loss by it; circles are the entries of a layer. On each line stands what flows back along it."
    " Thick lines are the paths from what is wanted to the loss.",
    "graph": "Computation graph of {nodes} nodes and {edges} edges. ",
    "step": "{name} is computed from {operands}",
    "given": "{name} is given",
    "value": ", with the value {value}",
    "adjoint": "; the gradient by it is {adjoint}",
    "group": "{count} names",
    "more": "… and so on.",
    "layer": "Layer {number}",
    "band": "{name}: {members}. ",
    "framed": " A dotted frame is a layer of the net.",
    "framed legend": " · dotted frame: a layer",
    "legend": "→ value, forward · ← gradient of the loss, backward · on a line: local gradient · thick: paths to the"
    " loss",
})

INTERACTIVE = Sentences("interactive", {
    "play": "Play with it",
    "how": "Step through the passes with the buttons or the arrow keys ← and →. Move a slider, and every value and"
    " gradient follows. Point at a box, or reach it with the tabulator, for its local gradients.",
    "back": "Step back",
    "next": "Step forward",
    "all": "Show all",
    "quiz": "Quiz",
    "reset": "Reset values",
    "update": "Update",
    "rate": "Learning rate",
    "givens": "Given values",
    "curve": "The loss along one name",
    "along": "along",
    "slope": "The gradient is the slope of the tangent:",
    "moment": "step",
    "of": "of",
    "forward": "forward pass",
    "local": "local gradient",
    "part": "what comes back by one use",
    "backward": "backward pass",
    "overview": "All values and gradients.",
    "question": "What is the value?",
    "ask gradient": "What is the gradient?",
    "entry": "entry",
    "whole": "all entries, row by row",
    "some": "{right} of {all} entries are right.",
    "how many": "Write all {all} entries row by row, such as 1 2; 3 4.",
    "check": "Check",
    "right": "Right.",
    "sign": "The sign is wrong.",
    "other": "That is the value of another name:",
    "wrong": "Not right. Try again, or step on to see it.",
    "no number": "Write a number, such as -0.5 or 3/4.",
    "undefined": "undefined",
    "solution": "The solution at the values of the problem",
})

TENSORS = Sentences("tensors", {
    "by entries": "by entries: ",
    "chain rule": "by the chain rule, summed over the entries of {step}: ",
    "derivative": "the derivative of one entry by another: ",
    "delta": ", where δ is 1 for equal indices and 0 for others",
    "jacobian": "the Jacobian: ",
    "with": "with ",
    "where": ", with ",
    "chosen": ": each entry of {incoming} goes back to the entry of {operand} that was chosen, the first of those that"
    " tie; all others get 0",
    "too long": ", by entries, is a long formula, which full detail shows",
})

# Said where a formula has one of these signs.
GLOSSARY = Sentences("glossary", {
    "row": "{name} is taken of each row of a matrix; beside a matrix it is repeated over the columns.",
    "rows": "{names} are taken of each row of a matrix; beside a matrix they are repeated over the columns.",
    "col": "{name} is taken of each column of a matrix; beside a matrix it is repeated over the rows.",
    "cols": "{names} are taken of each column of a matrix; beside a matrix they are repeated over the rows.",
    "indicator": "A condition in brackets is 1 where it holds and 0 elsewhere.",
    "entrywise": "⊙ multiplies entry by entry.",
    "block": "A[a:b, :] is the block of the rows a to b − 1, counted from 0; a bound that is left out is the end.",
    "cofactors": "cof is the matrix of cofactors, ± the determinants of the matrix without a row and a column. Every"
    " square matrix has it; of one with an inverse it is the determinant times the transposed inverse.",
})

# Said of a given below the others.
STRUCTURES = Sentences("structures", {"symmetric": "{} is symmetric: {}.", "diagonal": "{} is diagonal: {}."})

FORWARD_MODE = Sentences("forward mode", {
    "seed": "A dot marks how a name changes with the seed, which is {seed}; every other given has 0.",
    "any seed": "A dot marks how a name changes with the seed, the direction {seed}; every other given has 0.",
    "other entries": "A sweep like this for each of the {count} other entries of {name}, with the 1 in its place,"
    " completes the gradient.",
    "other entry": "A sweep like this for the other entry of {name}, with the 1 in its place, completes the gradient.",
    "sweeps of tensors": "Forward mode takes {count} sweeps for this, one for each entry of what is wanted; the"
    " backward pass finds all of it in one. In either, a sweep goes over each use of a name once.",
    "sweeps of any size": "Forward mode takes a sweep for each entry of what is wanted; the backward pass finds all of"
    " it in one. In either, a sweep goes over each use of a name once.",
    "next seed": "The next sweep has the seed {seed}.",
    "sweep": "one sweep",
    "sweeps": "{count} sweeps, one for each that is wanted",
    "product": "{count} multiplication",
    "products": "{count} multiplications",
    "count": "Forward mode takes {forward} ({sweeps}); the backward pass takes {reverse}, in one sweep for all that is"
    " wanted. Counted is each product of a tangent or an adjoint with a local gradient, unless that is the seed, 1. The"
    " local gradients are the same in both.",
})

JACOBIANS = Sentences("jacobians", {
    "layout": "A Jacobian has a row for each entry of what is differentiated, and a column for each entry of what it is"
    " differentiated by.",
    "axes": "A Jacobian has an entry for each entry of what is differentiated and each of what it is differentiated by;"
    " in numbers its axes come in this order.",
})

SECOND = Sentences("second", {
    "of tensors": "By the product rule, a gradient changes by the change of the incoming gradient times the Jacobian,"
    " and by the second-order local gradient times the change of the operand. A Jacobian has a row for each entry of"
    " what is differentiated.",
    "all zero": "Every local gradient is a constant, so that all second derivatives are 0.",
    "others": "All others are 0.",
    "back": "From the loss back, each gradient is differentiated once more. By the product rule, it changes by the"
    " change of the incoming gradient times the local one, plus the incoming gradient times that of the local one:",
    "back again": "From the loss back again:",
    "cases": "Where a step distinguishes cases, its second derivative is that of the case that applies; where the first"
    " derivative follows a convention, the second one is that of the value taken, a constant, and so 0.",
})

PATHS = Sentences("paths", {
    "what": "A path leads from a name to the loss along the steps that use it. The product of the local gradients"
    " along it is what the gradient gets by that path, and the sum over all paths is the gradient.",
    "what of tensors": "A path leads from a name to the loss along the steps that use it. What goes back from the loss"
    " along one path alone is its contribution, and the sum over all paths is the gradient. The norm is the Frobenius"
    " norm, the root of the sum of all squared entries.",
    "from to": "{} {} to {}",
    "from": "From",
    "none": ": there is no path, so the gradient is 0.",
    "one": ": one path.",
    "few": ": {count} paths.",
    "few by length": ": {count} paths, the shortest first.",
    "many": ": {count} paths, of which {shown} are shown.",
    "many by size": ": {count} paths, of which the {shown} with the largest products are shown, the largest first.",
    "many by length": ": {count} paths, of which the {shown} shortest are shown.",
    "about": "about {}",
    "others": "all others",
    "total": "total",
    "per edge": "Per edge is the factor by which the absolute value of the product changes on each edge, in geometric"
    " mean: below 1 it shrinks with the length of the path, above 1 it grows.",
    "per edge of tensors": "Per edge is the factor by which the norm changes on each edge, in geometric mean: below 1"
    " it shrinks with the length of the path, above 1 it grows.",
    "rounded": "Along the paths nothing is rounded in between; the backward pass rounds each adjoint, so that its"
    " result may differ from the total here.",
    "counted": "Counted is every product of two numbers that it takes to compose the local gradients into the"
    " gradients asked for, the values of the local gradients being known. A product with the 1 that a pass starts with"
    " is not counted; one with a local gradient that happens to be 1 is.",
    "passes of tensors": "Reverse mode finds these gradients in one pass. Forward mode would need a pass for each of"
    " the {count} entries of the tensors that are asked for.",
})
# From the shortest paths to the longest; the last is said where they differ by many edges.
PATH_GROWTH = Sentences("path growth", {
    "absolute value shrinks": "Over {near} the largest absolute value is {}, over {far} it is {}: on each further edge"
    " it shrinks by a factor of {} in geometric mean.",
    "absolute value changes": "Over {near} the largest absolute value is {}, over {far} it is {}: on each further edge"
    " it changes by a factor of {} in geometric mean.",
    "absolute value grows": "Over {near} the largest absolute value is {}, over {far} it is {}: on each further edge"
    " it grows by a factor of {} in geometric mean.",
    "norm shrinks": "Over {near} the largest norm is {}, over {far} it is {}: on each further edge it shrinks by a"
    " factor of {} in geometric mean.",
    "norm changes": "Over {near} the largest norm is {}, over {far} it is {}: on each further edge it changes by a"
    " factor of {} in geometric mean.",
    "norm grows": "Over {near} the largest norm is {}, over {far} it is {}: on each further edge it grows by a factor"
    " of {} in geometric mean.",
    "edge": "{count} edge",
    "edges": "{count} edges",
})
PATH_FATES = Sentences("path fates", {
    "shrinks": " If that goes on, what comes by ever longer paths vanishes.",
    "grows": " If that goes on, what comes by ever longer paths explodes.",
})
PATH_COLUMNS = Sentences("path columns", {
    "path": "Path", "edges": "Edges", "product": "Product", "contribution": "Contribution",
    "value": "Value", "norm": "Norm", "per edge": "Per edge",
})
MODES = Sentences("modes", {
    "way": "Way",
    "multiplications": "Multiplications",
    "reverse": "reverse mode, one pass",
    "forward": "forward mode, one pass",
    "forward passes": "forward mode, one pass for each of {count} names",
    "by path": "each path by itself",
})

SHAPES = Sentences("shapes", {"name": "Name", "shape": "Shape", "gradient": "Gradient", "none": "—"})
UPDATES = Sentences("updates", {"rate": "With the learning rate {}:", "after": "After update {number}:"})
# Between names of a list, before the last one, and after what a list is of.
WORDS = Sentences("words", {
    "comma": ", ",
    "semicolon": "; ",
    "and": " and ",
    "colon": ": ",
    "stop": ".",
    "note": "Note: ",
})

RULES = Sentences("rules", {
    "function": "derivative of {function}",
    "identity": "derivative of the variable itself",
    "sum": "sum rule",
    "multiple": "constant multiple rule",
    "product": "product rule",
    "quotient": "quotient rule",
    "power": "power rule",
    "exponential": "exponential rule",
    "chain": "chain rule",
    "cases": "each case by itself",
})

# The rule of each kind of operation on tensors: what it is called, and what it says.
KINDS = Sentences("kinds", {
    "number": "rule for numbers",
    "element-wise": "element-wise rule",
    "broadcasting": "broadcasting",
    "contraction": "rule of contraction",
    "normalising": "rule of normalising",
    "index map": "rule of index maps",
    "selection": "rule of selection",
    "implicit": "implicit rule",
})
KIND_MEANINGS = Sentences("kind meanings", {
    "number": "differentiated as a function of one variable, the others held fixed",
    "element-wise": "an entry depends on the entry at its own place alone, so the Jacobian is diagonal and multiplies"
    " entry by entry",
    "broadcasting": "what is repeated along an axis gets the sum over it",
    "contraction": "in a sum of products the derivative by an entry picks the terms that hold it, and what it was"
    " multiplied by is left",
    "normalising": "an entry depends on all that it is normalised with, by itself and by the sum over all of them, and"
    " both parts are added",
    "index map": "entries are put in other places, so each entry of the gradient goes back to where its entry came"
    " from",
    "selection": "the choice is held fixed, and what was chosen gets the gradient",
    "implicit": "an equation defines it: both sides are differentiated, and the derivative is solved for",
})

LESSON = Sentences("lesson", {
    "purpose": "A neural network is trained by making its loss small: the loss measures how far the predicted output is"
    " from the actual one. Backpropagation computes how the loss changes with every weight and bias, by carrying the"
    " error backwards through the network, layer by layer.",
    "learning": "With these gradients the weights and biases are moved a little, in the direction in which the loss"
    " falls, and that is done again and again: this is how a network learns and its predictions improve. Most"
    " supervised learning, and all of deep learning, rests on it.",
    "composed": "The chain rule differentiates a composed function. For {} the derivative is",
    "outer and inner": "The outer derivative at the inner value, times the inner derivative. Backpropagation uses it to"
    " find the derivative of the loss with respect to each weight.",
    "forward": "The input runs through the network to the loss, and every value on the way is kept:",
    "input layer": "the input layer passes the input on;",
    "hidden layers": "each hidden layer computes its output from the one before it;",
    "output layer": "the output layer computes the prediction;",
    "loss": "the loss compares the prediction with the target.",
    "forward here": "In the example below these values are {}.",
    "local": "A local gradient is the derivative of one step's output with respect to one of its own inputs. It needs"
    " nothing but that step:",
    "local of tensors": "A local gradient is the derivative of one step's output with respect to one of its own inputs."
    " It needs nothing but that step. Of a tensor by a tensor it has an entry for every entry of the one and of the"
    " other, and is seldom written out: what is needed is its sum with the gradient that arrives at the step's output."
    " In the example:",
    "local here": "The derivative of the loss with respect to a weight is not a local gradient; it is a product of them"
    " along the path from the weight to the loss, as the next concept shows.",
    "backward": "The backward pass starts at the loss and goes back, step by step: the gradient that arrives at a"
    " step's output, times the local gradient, is the gradient that arrives at its input. Where a value is used more"
    " than once, the gradients along its paths are added.",
    "in the example": " In the example:",
    "update": "Gradient descent moves every weight and bias against its gradient, by a learning rate {}. With {} one"
    " update gives:",
    "torch": "PyTorch computes the same values and gradients automatically.",
})

# --- training

OPTIMISER_NAMES = Sentences("optimiser names", {
    "sgd": "gradient descent",
    "momentum": "gradient descent with momentum",
    "nesterov": "gradient descent with Nesterov momentum",
    "rmsprop": "RMSProp",
    "adam": "Adam",
})

TRAINING = Sentences("training", {
    "with": "Updates by {optimiser}, with ",
    "states": "At first {names} are 0.",
    "state": "At first {names} is 0.",
    "entries": "Each line is worked entry by entry.",
    "batch": "The data is {name}, {rows} rows; each update takes the next {size}.",
    "mean": " The gradient of a batch is the mean of those of its rows. The pass above is that of the first row.",
    "whole": " The pass above is that of the first batch.",
    "update": "Update {number}",
    "again": "The pass with what update {number} left:",
    "trace": "Trace",
    "grew": "The loss diverges: from update {began} on it is never again as small as before, and after update {noticed}"
    " it is more than {growth} times its start (of a start below 1, more than {growth}). Training stopped there; a"
    " smaller learning rate may help.",
    "ended": "The loss diverges: from update {began} on it is never again as small as before, and after update"
    " {noticed} it is no finite number any more. Training stopped there; a smaller learning rate may help.",
    "batch losses": "Each loss of the table is that of the batch which the next update takes.",
    "floats": "The trace is computed in double precision.",
    "too many": "The parameters have too many entries for this table, which shows their losses only.",
})

# --- checks

CERTIFICATE = Sentences("certificate", {
    "title": "Certificate",
    "line": "lines",
    "by": "confirmed by",
    "value": "values",
    "local": "local gradients",
    "gradient": "gradients",
    "nothing": "derivation only",
    "some": "{road}, of some entries",
    "undecided": "{road}: undecided",
    "not tried": "{road}: not tried",
    "count": "{confirmed} of {all} lines were confirmed by another road than the one that found them.",
    "proved": "Proved as formulas, and so for all values at which the same cases apply: {proved} local gradients.",
    "open": "Undecided and not tried say nothing against a line: the algebra, or the work it may take, has an end.",
    "unconfirmed": "Where it says derivation only, no other road leads there: at a kink a convention decides, and very"
    " large problems are not evaluated with 60 digits.",
})

# Other roads to the same, by their names in records.
ROADS = Sentences("roads", {
    EVALUATION: "evaluation with 60 digits",
    AT_THE_STEP: "central differences of the step, here and nearby",
    IDENTITY: "symbolic identity",
    DIFFERENCE: "a central difference with 60 digits",
})

# Why gradients were not compared.
REASONS = Sentences("reasons", {
    AT_A_KINK: "a value lies at a kink, where differences do not tell the derivative",
})

CHECKS = Sentences("checks", {
    "title": "Check",
    "intro": "Each value and gradient beside what was found by {engines}.",
    "norms": " Of tensors the norm is shown, and the largest difference of an entry, relative to the largest entry.",
    "values": "Values",
    "gradients": "Gradients",
    "ours": "ours",
    "difference": "difference",
    "confirms": "{engine} confirms {values} and {gradients}; the largest relative difference is {difference}.",
    "values only": "{engine} confirms {values}.",
    "exactly": "{engine} confirms {values} and {gradients} to the last digit of double precision.",
    "disagrees": "{engine} does not confirm {names}: the largest relative difference is {difference}.",
    "left out": "Gradients were not compared: {reason}.",
    "some": "Of {names} some entries were compared, not all.",
    "value": "{count} value",
    "several values": "{count} values",
    "gradient": "{count} gradient",
    "several gradients": "{count} gradients",
    "in part": "in part",
    "no number": "no number",
    "infinite": "infinite",
})
