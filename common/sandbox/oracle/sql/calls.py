"""A function call on its way through translation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from sqlglot import exp

from common.sandbox.oracle.errors import OracleError, refused
from common.sandbox.oracle.sql.conversion import to_moment, to_number, to_text
from common.sandbox.oracle.sql.scope import Scope, Typed, offset_of
from common.sandbox.oracle.types import Family

__all__ = ["Call", "Rule"]


@dataclass(frozen=True, slots=True)
class Call:
    """A function's name in capitals, its arguments and the place where it stands.

    Attributes:
        distinct: DISTINCT stands before the arguments.
        over: the translated OVER clause of an analytic function.
        within: the translated ORDER BY of WITHIN GROUP.
        ignores_nulls: IGNORE NULLS stands with the function.
    """

    name: str
    arguments: tuple[exp.Expr, ...]
    scope: Scope
    offset: int
    distinct: bool = False
    over: str = ""
    within: str = ""
    ignores_nulls: bool = False

    @classmethod
    def of(cls, node: exp.Anonymous, scope: Scope, over: str = "", within: str = "") -> Self:
        """The call that a node of the syntax tree is."""
        arguments, name, offset = list(node.expressions), str(node.this).upper(), offset_of(node)
        distinct = bool(arguments) and isinstance(arguments[0], exp.Distinct)
        if distinct:
            arguments = list(arguments[0].expressions)
        ignores = bool(arguments) and isinstance(arguments[0], exp.IgnoreNulls)
        if ignores:
            arguments[0] = arguments[0].this
        return cls(name, tuple(arguments), scope, offset, distinct, over, within, ignores)

    def takes(self, fewest: int, most: int | None = None) -> None:
        """Raises ORA-00909 unless the number of arguments is in the range."""
        if not fewest <= len(self.arguments) <= (fewest if most is None else most):
            raise OracleError(909, "invalid number of arguments", self.offset)

    def has(self, index: int) -> bool:
        """Whether there is an argument at this place."""
        return index < len(self.arguments)

    def value(self, index: int) -> Typed:
        """The argument, in its own type."""
        return self.scope.value(self.arguments[index])

    def text(self, index: int) -> Typed:
        """The argument as text."""
        return to_text(self.value(index))

    def number(self, index: int) -> Typed:
        """The argument as a number."""
        value = to_number(self.value(index))
        if value.type.family is Family.FLOAT:
            raise refused(f"run {self.name} on binary floats", self.offset)
        return value

    def moment(self, index: int) -> Typed:
        """The argument as a date or timestamp."""
        return to_moment(self.value(index))

    def literal(self, index: int) -> str:
        """The argument, which has to be written out in the statement."""
        text = self.value(index).literal
        if text is None:
            raise refused(f"run {self.name} unless argument {index + 1} is a literal", self.offset)
        return text

    def whole_literal(self, index: int) -> int:
        """The argument, which has to be a whole number written out in the statement."""
        text = self.literal(index)
        if not text.lstrip("-").isdigit():
            raise refused(f"run {self.name} unless argument {index + 1} is a whole number", self.offset)
        return int(text)


Rule = Callable[[Call], Typed]
