"""Mistakes in a local gradient. A wrong derivative is made from the step and from the right one, never written out."""

from __future__ import annotations

from ..calculus.derive import derived_form
from ..derivation import DerivedForm, LocalGradient
from ..syntax.expression import (
    ONE,
    Call,
    Expr,
    Name,
    Negate,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    children,
    map_children,
    names_in,
    replace_subtree,
    substitute,
    walk,
)  # fmt: skip
from .record import changed_local


def _form(derivative: Expr) -> DerivedForm:
    return DerivedForm(derivative, None, ())


def _slot(gradient: LocalGradient) -> str:
    return f"#{gradient.slots.index(gradient.operand)}"


def _without_inner(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """f′(u) in the place of f′(u)·u′: the derivative by the compound part u, as if that were the name."""
    slot = _slot(gradient)
    for inner in walk(step):
        for part in _arguments(inner):
            if isinstance(part, Name) or slot not in names_in(part):
                continue
            fresh = f"#{len(gradient.slots)}"
            outer = replace_subtree(step, part, Name(fresh))
            if slot in names_in(outer):
                continue
            found = derived_form(outer, len(gradient.slots))
            return None if found is None else _form(substitute(found.derivative, {fresh: part}))
    return None


def _arguments(expr: Expr) -> tuple[Expr, ...]:
    """What an outer function is applied to."""
    match expr:
        case Call(function, arguments) if function != "where":
            return arguments
        case Power(base, _):
            return (base,)
    return ()


def _without_sign(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    right = gradient.form.derivative
    if isinstance(right, Negate):
        return _form(right.operand)
    if isinstance(right, Product) and any(isinstance(factor, Negate) for factor in right.factors):
        return _form(Product(tuple(f.operand if isinstance(f, Negate) else f for f in right.factors)))
    return None


def _itself(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """w where x belongs, in a product of two names."""
    slot = Name(_slot(gradient))
    right = gradient.form.derivative
    is_other = isinstance(right, Name) and right != slot
    return _form(slot) if is_other and slot not in (right,) else None


def _itself_in_sum(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """b where 1 belongs, for a name that is a term of its own."""
    slot = Name(_slot(gradient))
    return _form(slot) if isinstance(step, Sum) and slot in step.terms and gradient.form.derivative == ONE else None


def _at_argument(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """z(1 - z) in the place of a(1 - a): a derivative in the output taken at the argument."""
    output = gradient.form.in_output
    if output is None or not isinstance(step, Call):
        return None
    return _form(substitute(output, {"#y": step.arguments[0]}))


def _function_itself(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """σ(z) for σ′(z)."""
    if not isinstance(step, Call) or gradient.form.derivative == step:
        return None
    return DerivedForm(step, Name("#y"), ())


def _without_factor(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """Without the number in front, the 2 of 2s."""
    match gradient.form.derivative:
        case Product(factors, implicit):
            rest = tuple(f for f in factors if not isinstance(f, Number))
            if 0 < len(rest) < len(factors):
                return _form(rest[0] if len(rest) == 1 else Product(rest, implicit=implicit))
        case Quotient(above, Number()):
            return _form(above)
    return None


def _power_kept(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """2s² in the place of 2s: the exponent comes down and stays."""
    match step:
        case Power(Name(key) as base, Number(exponent)) if key == _slot(gradient) and exponent not in (0, 1):
            return _form(Product((Number(exponent), Power(base, Number(exponent))), implicit=True))
    return None


def _power_dropped(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """2 in the place of 2s: the exponent comes down and the base is gone."""
    match step:
        case Power(Name(key), Number(exponent)) if key == _slot(gradient) and exponent not in (0, 1):
            return _form(Number(exponent))
    return None


def _constant_kept(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """x + b in the place of x: a term without the name is left standing."""
    slot = _slot(gradient)
    if not isinstance(step, Sum):
        return None
    kept = [(t, m) for t, m in zip(step.terms, step.minus, strict=True) if slot not in names_in(t)]
    if not kept or not any(_is_product_of(term, slot) for term in step.terms):
        return None
    terms, minus = zip(*kept, strict=True)
    return _form(Sum((gradient.form.derivative, *terms), (False, *minus)))


def _is_product_of(term: Expr, slot: str) -> bool:
    return isinstance(term, Product) and slot in names_in(term)


def _product_of_derivatives(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """u′v′ in the place of u′v + uv′."""
    slot = _slot(gradient)
    if not isinstance(step, Product) or sum(slot in names_in(factor) for factor in step.factors) < 2:
        return None
    forms = [derived_form(factor, _index(slot)) for factor in step.factors if slot in names_in(factor)]
    rest = [factor for factor in step.factors if slot not in names_in(factor)]
    if any(form is None for form in forms):
        return None
    return _form(Product((*rest, *(form.derivative for form in forms if form is not None))))


def _index(slot: str) -> int:
    return int(slot[1:])


def _denominator_kept(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """-a/x in the place of -a/x²."""
    match step:
        case Quotient(above, Name(key) as below) if key == _slot(gradient) and key not in names_in(above):
            return _form(Negate(Quotient(above, below)))
    return None


def _numerator_turned(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """(u v′ - u′v)/v² in the place of (u′v - u v′)/v²."""
    slot = _slot(gradient)
    match step:
        case Quotient(above, below) if slot in names_in(above) and slot in names_in(below):
            return _form(Negate(gradient.form.derivative))
    return None


def _square_lost(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """1 - a in the place of 1 - a²."""
    output = gradient.form.in_output
    if output is None or not isinstance(step, Call):
        return None

    def without(expr: Expr) -> Expr:
        match expr:
            case Power(Name("#y") as base, Number()):
                return base
        return map_children(expr, without) if children(expr) else expr

    wrong = without(output)
    return None if wrong == output else DerivedForm(substitute(wrong, {"#y": step}), wrong, ())


def _kink_ignored(gradient: LocalGradient, step: Expr) -> DerivedForm | None:
    """1 on both sides of the kink of relu."""
    return _form(ONE) if gradient.form.has_choice and isinstance(step, Call) and len(step.arguments) == 1 else None


LOCAL = (
    changed_local(
        "inner derivative forgotten",
        "The chain rule also multiplies by the derivative of what stands inside.", _without_inner,
    ),
    changed_local("sign lost", "A minus in front of the name stays in the derivative.", _without_sign),
    changed_local(
        "the name itself for the other factor",
        "The derivative of a product by one factor is the other factor.", _itself,
    ),
    changed_local(
        "the term itself for 1", "The derivative of a term by itself is 1, not its value.", _itself_in_sum
    ),
    changed_local(
        "derivative at the wrong point",
        "This derivative is written in the output of the function; its argument was put there.", _at_argument,
    ),
    changed_local(
        "the function for its derivative", "This is the value of the function, not its derivative.", _function_itself
    ),
    changed_local("factor lost", "The number in front of the derivative is missing.", _without_factor),
    changed_local("exponent kept", "The power rule lowers the exponent by one.", _power_kept),
    changed_local("base dropped", "The power rule keeps the base, to a power lower by one.", _power_dropped),
    changed_local("constant kept", "The derivative of a term without the name is 0.", _constant_kept),
    changed_local(
        "product of the derivatives", "The product rule is (uv)′ = u′v + uv′, not u′v′.", _product_of_derivatives
    ),
    changed_local("denominator not squared", "The derivative of 1/x is -1/x².", _denominator_kept),
    changed_local(
        "numerator turned round", "The quotient rule's numerator is u′v - uv′, in this order.", _numerator_turned
    ),
    changed_local("square lost", "The output enters this derivative squared.", _square_lost),
    changed_local("kink ignored", "Where the argument is not positive, nothing flows back.", _kink_ignored),
)  # fmt: skip
