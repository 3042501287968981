"""Which Prefect server a verb talks to."""

import os

from common.cli.progress import quiet_prefect
from common.settings import settings

__all__ = ["enter_server"]


def enter_server() -> None:
    """To be called before Prefect is imported: in the sandbox environment, without another address, the sandbox's."""
    quiet_prefect()
    if settings().env != "sandbox" or "PREFECT_API_URL" in os.environ:
        return
    from common.sandbox import control
    from common.sandbox.home import SandboxHome

    home = SandboxHome.of_settings()
    if control.is_up(home):
        control.enter(home)
