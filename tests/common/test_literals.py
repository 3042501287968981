"""Constants, as pyarrow itself would make them."""

import pyarrow as pa
import pytest

from common.literals import boolean_array, integer_scalar, text_array, text_scalar


@pytest.mark.parametrize("values", [[], [True], [False, True, True], [True, False] * 9])
def test_truths_are_the_ones_that_were_given(values: list[bool]) -> None:
    """They are packed eight to a byte: a wrong order would blame other rows."""
    array = boolean_array(values)
    array.validate(full=True)
    assert array == pa.array(values, pa.bool_())


@pytest.mark.parametrize("values", [[], [""], ["a", "", "Ångström 王", 'say "x"'], ["\r\n", "\x1f"]])
def test_texts_are_the_ones_that_were_given(values: list[str]) -> None:
    """Where one ends is counted in bytes, not in characters."""
    array = text_array(values)
    array.validate(full=True)
    assert array == pa.array(values, pa.string())
    assert [text_scalar(value) for value in values] == [pa.scalar(value) for value in values]


@pytest.mark.parametrize("value", [0, 1, -1, 60, 2**31, -(2**63)])
def test_numbers_are_the_ones_that_were_given(value: int) -> None:
    """A length above what two bytes hold must not become a small one."""
    assert integer_scalar(value) == pa.scalar(value, pa.int64())
