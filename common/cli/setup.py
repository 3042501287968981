"""``campus setup``: a Prefect server made ready for this repository."""

from common.cli.progress import console, quiet_prefect

__all__ = ["setup"]

STYLES = {"created": "green", "updated": "yellow", "unchanged": "dim", "left": "dim", "waits": "yellow"}


def setup() -> None:
    """Make a Prefect server ready: the work pool, the page types, the automations, the pages of CAMPUS_ENV.

    It may run again at any time: it creates what is missing, updates what differs, and leaves what an operator has
    paused, limited or edited. A page whose secret is not there yet waits for it. CAMPUS_NETWORK and CAMPUS_STATE_VOLUME name what flows' containers use.

    Example: [bold]campus setup[/bold], with PREFECT_API_URL=http://127.0.0.1:4200/api
    """
    quiet_prefect()
    from common.deployment.checkout import PROJECT
    from common.deployment.provision import provision

    with console.status("Setting up"):
        for outcome, kind, name in provision(PROJECT):
            console.print(f"[{STYLES[outcome]}]{outcome:<9}[/]  {kind:<10}  {name}", highlight=False)
