"""One step by itself: its value from its operands, and what the solution says flows back to one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..derivation import INCOMING, OUTPUT, Flow, LocalGradient, TensorDerivation
from .formulas import Formulas
from .library import Library
from .network import Network


class Step:
    """One step with the values of its operands, and what the derivation says of it by one of them."""

    def __init__(self, network: Network, numbers: Library, values: Mapping[str, Any], link: LocalGradient | Flow):
        self.network, self.numbers, self.link = network, numbers, link
        self.values = dict(values)
        self.labels = {key: network.given(key) for key in network.record.first.values}  # type: ignore[union-attr]

    def output(self, values: Mapping[str, Any]) -> Any:
        """The step at these values."""
        formulas, key = Formulas(self.numbers, values, self.labels), self.link.step
        derivation = self.network.record.derivation
        if isinstance(derivation, TensorDerivation):
            component = derivation.components[key]
            return formulas.tensor(component.body, component.at, self.network.shape(key))
        return formulas.value(derivation.graph.steps[key].expression, ())

    def claimed(self, values: Mapping[str, Any], incoming: Any) -> Any:
        """What flows back to the operand, by the formula that the solution shows; without a number, the derivative."""
        link = self.link
        if isinstance(link, LocalGradient):
            return incoming * Formulas(self.numbers, values, self.labels).value(link.shortest, ())
        slots = {f"#{k}": key for k, key in enumerate(link.slots)}
        tensors = {slot: values[key] for slot, key in slots.items()}
        tensors |= {OUTPUT: values[link.step], INCOMING: incoming}
        labels = {slot: self.labels[key] for slot, key in slots.items()}
        form = link.component
        return Formulas(self.numbers, tensors, labels).tensor(form.body, form.at, self.network.shape(link.operand))
