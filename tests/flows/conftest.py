"""Golden files: what each flow delivered when somebody last looked at it and found it right."""

from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden", action="store_true", help="write the golden files anew; then read the difference"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compares what was delivered, byte for byte, with ``golden/<name>`` beside the test."""
    folder = Path(request.path).parent / "golden"

    def compare(name: str, delivered: bytes) -> None:
        path = folder / name
        if request.config.getoption("--golden"):
            folder.mkdir(exist_ok=True)
            path.write_bytes(delivered)
        expected = path.read_bytes()
        if delivered != expected:
            pairs = zip(delivered.splitlines(), expected.splitlines(), strict=False)
            first = next((n for n, (new, old) in enumerate(pairs, 1) if new != old), "the end")
            pytest.fail(f"{name} is not as before from line {first} on; pytest --golden writes it anew")

    return compare
