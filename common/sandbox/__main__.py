"""The program behind ``campus sandbox up``: runs the services, registers their pages, takes commands."""

import argparse
import logging
import os
import secrets
import signal
import sys
import time
from multiprocessing.connection import Listener
from pathlib import Path
from typing import Any

from common.sandbox.control import answers
from common.sandbox.home import SandboxHome
from common.sandbox.pages import save_page
from common.sandbox.services import Services

logger = logging.getLogger("common.sandbox")


def main() -> None:
    """Runs until it is told to stop by a signal."""
    parser = argparse.ArgumentParser(prog="python -m common.sandbox", description=__doc__)
    parser.add_argument("root", type=Path, help="folder of the sandbox")
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    home = SandboxHome(arguments.root)
    with Services(home.pages, home.partners, people=arguments.people, seed=arguments.seed) as services:
        home.remember("campus", {"today": services.campus.today.isoformat(), "people": arguments.people})
        # the server is started at the same time; whoever started both gives up if it never comes
        while not answers(os.environ["PREFECT_API_URL"]):
            time.sleep(0.1)
        for system, page in services.pages.items():
            save_page(system, page)
        serve(home, services)


def serve(home: SandboxHome, services: Services) -> None:
    """Answers commands at a port of this machine, known from the moment that everything is up."""
    key = secrets.token_hex(16)
    with Listener(("127.0.0.1", 0), authkey=bytes.fromhex(key)) as listener:
        home.remember("control", {"address": listener.address, "key": key})
        while True:
            with listener.accept() as caller:
                answer: Any
                match caller.recv():
                    case "next-day":
                        answer = dict(services.next_day())
                        home.remember(
                            "campus", home.recall("campus") | {"today": services.campus.today.isoformat()}
                        )
                    case unknown:
                        answer = f"no such command: {unknown}"
                caller.send(answer)


if __name__ == "__main__":
    main()
