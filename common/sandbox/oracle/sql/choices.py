"""CASE and its kin: one value out of several, in one type."""

from collections.abc import Sequence

from sqlglot import exp

from common.sandbox.oracle.sql.calls import Call, Rule
from common.sandbox.oracle.sql.conditions import compared, same
from common.sandbox.oracle.sql.conversion import common_type, converted, to_text
from common.sandbox.oracle.sql.scope import Scope, Typed
from common.sandbox.oracle.types import TEXT, Family, Kind, OracleType, loosened, text

__all__ = ["CHOICES", "case"]

_MANY = 255


def case(node: exp.Case, scope: Scope) -> Typed:
    """CASE, with a subject or with conditions."""
    subject = scope.value(node.this) if node.this else None
    tests, results = [], []
    for arm in node.args["ifs"]:
        tests.append(compared(subject, "=", scope.value(arm.this)) if subject else scope.condition(arm.this))
        results.append(scope.value(arm.args["true"]))
    if node.args.get("default"):
        results.append(scope.value(node.args["default"]))
    return _chosen(tests, results, common_type([each.type for each in results]))


def _chosen(tests: Sequence[str], results: Sequence[Typed], kind: OracleType) -> Typed:
    """The result of the first test that holds; one result more than tests is the ELSE."""
    arms = " ".join(
        f"WHEN {test} THEN {converted(result, kind)}" for test, result in zip(tests, results, strict=False)
    )
    default = f" ELSE {converted(results[-1], kind)}" if len(results) > len(tests) else ""
    return Typed(f"CASE {arms}{default} END", loosened(kind))


def _led_by(first: OracleType, values: Sequence[Typed]) -> OracleType:
    """The type that the first value sets for all: others are converted to it."""
    if first.family is Family.TEXT:
        return common_type([first, *(to_text(each).type for each in values)])
    return common_type([first, *(each.type for each in values if each.type.family is first.family)])


def _values(call: Call) -> list[Typed]:
    return [call.value(index) for index in range(len(call.arguments))]


def _nvl(call: Call) -> Typed:
    call.takes(2)
    values = _values(call)
    first = values[0].type
    kind = values[1].type if first.family is Family.NULL else _led_by(first, values)
    return _first_known(values, kind)


def _coalesce(call: Call) -> Typed:
    call.takes(2, _MANY)
    values = _values(call)
    return _first_known(values, common_type([each.type for each in values]))


def _first_known(values: Sequence[Typed], kind: OracleType) -> Typed:
    return Typed(f"coalesce({', '.join(converted(each, kind) for each in values)})", loosened(kind))


def _nvl2(call: Call) -> Typed:
    call.takes(3)
    subject, *results = _values(call)
    first = results[0].type
    kind = results[1].type if first.family is Family.NULL else _led_by(first, results)
    return _chosen([f"{subject.sql} IS NOT NULL"], results, kind)


def _decode(call: Call) -> Typed:
    """NULL equals NULL here; a first result of NULL makes all of them text."""
    call.takes(3, _MANY)
    subject, *rest = _values(call)
    sought, results = rest[:-1:2], rest[1::2]
    if len(rest) % 2:
        results.append(rest[-1])
    first = TEXT if results[0].type.family is Family.NULL else results[0].type
    kind = _led_by(first, results)
    tests = [same(subject, each) for each in sought]
    return _chosen(tests, results, text(kind.size) if kind.kind is Kind.CHAR else kind)


def _nullif(call: Call) -> Typed:
    call.takes(2)
    left, right = _values(call)
    return Typed(f"CASE WHEN {compared(left, '=', right)} THEN NULL ELSE {left.sql} END", loosened(left.type))


def _extreme(call: Call) -> Typed:
    """GREATEST and LEAST: NULL if any argument is."""
    call.takes(1, _MANY)
    values = _values(call)
    kind = _led_by(values[0].type, values)
    if kind.kind is Kind.CHAR:
        kind = text(kind.size)
    parts = [converted(each, kind) for each in values]
    missing = " OR ".join(f"{part} IS NULL" for part in parts)
    chosen = f"{call.name.lower()}({', '.join(parts)})"
    return Typed(f"CASE WHEN {missing} THEN NULL ELSE {chosen} END", loosened(kind))


CHOICES: dict[str, Rule] = {
    "NVL": _nvl,
    "COALESCE": _coalesce,
    "NVL2": _nvl2,
    "DECODE": _decode,
    "NULLIF": _nullif,
    "GREATEST": _extreme,
    "LEAST": _extreme,
}
