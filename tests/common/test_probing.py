"""Probes side by side: one that hangs, one that breaks, and many at one host."""

import socket
import threading

from common.blocks import MailRelay, OtherDatabase, Page
from common.connectors.probing import Step
from common.errors import ConfigError
from common.probing import probe_pages


def relay(port: int) -> MailRelay:
    return MailRelay(host="127.0.0.1", port=port, sender="a@b.example", tls="none")


def broken() -> Page:
    raise ZeroDivisionError("hunter2")


def missing() -> Page:
    raise ConfigError("No page x-sandbox.")


def test_a_fault_of_ours_is_told_without_its_text_and_hides_nobody() -> None:
    """Prevents a bug in one connector from making the check useless, and its text from telling a secret."""
    pages = {"a": broken, "b": missing, "c": lambda: OtherDatabase(url="duckdb:///:memory:")}
    found = {finding.name: finding for finding in probe_pages(pages)}
    assert found["a"].failed == found["b"].failed == "page"
    assert found["a"].text.startswith("ZeroDivisionError in test_probing.py, line ")
    assert "hunter2" not in found["a"].text
    assert found["b"].text == "No page x-sandbox."
    assert (found["c"].failed, found["c"].passed) == (None, ("page", "login", "query"))


def test_a_system_that_hangs_is_given_up_at_the_step_it_hangs_at() -> None:
    """Prevents a check that never ends, in a pipeline where nobody looks."""
    told: list[tuple[str, Step]] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        [finding] = probe_pages({"relay": lambda: relay(port)}, lambda *step: told.append(step), patience=2)
    assert finding.failed == "answers"
    assert "Nothing came for 2 s" in finding.text
    assert told[:3] == [("relay", "page"), ("relay", "resolves"), ("relay", "answers")]


def test_a_host_is_asked_by_a_few_at_once() -> None:
    """Prevents a server from refusing the eleventh login that is under way, and that from looking like a fault."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        port, most, came, held = listener.getsockname()[1], 0, 0, []
        listener.settimeout(0.5)
        finding = threading.Thread(
            target=lambda: list(probe_pages({f"r{n}": lambda: relay(port) for n in range(12)}))
        )
        finding.start()
        while finding.is_alive():
            try:
                held.append(listener.accept()[0])
                came += 1
            except TimeoutError:  # nobody else comes: the others wait for their turn
                most = max(most, len(held))
                while held:
                    held.pop().close()
        finding.join()
    assert most <= 4
    assert came == 12
