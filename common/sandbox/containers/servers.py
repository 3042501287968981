"""The roles that serve until a signal ends them: the campus's database, the HTTP and the mail partner."""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NoReturn

from common.clock import today
from common.sandbox.campus import Campus, campus_on
from common.sandbox.oracle import Database, Server
from common.sandbox.partners import HttpPartner, MailPartner
from common.sandbox.partners.partner import Partner
from common.sandbox.signals import wait
from common.sandbox.systems import Systems
from common.sandbox.warehouse import keep_up, load_campus

__all__ = ["serve_mail", "serve_rest", "serve_warehouse"]

ANYWHERE = "0.0.0.0"  # noqa: S104 - who reaches a container is decided by its network
CALENDAR_SECONDS = 60


def serve_warehouse(systems: Systems, *, port: int, password: str, people: int, seed: int) -> NoReturn:
    """The campus of today; within a minute after midnight in campus time, that of the next day."""

    def campus_of(day: date) -> Campus:
        return campus_on(day, seed=seed, people=people)

    with closing(Database()) as database:
        campus = campus_of(today())
        load_campus(database, campus)
        users = systems.readers(password)
        with Server(systems.services(database), users, host=ANYWHERE, port=port):
            while True:
                wait(CALENDAR_SECONDS)
                campus = keep_up(database, campus, campus_of)


def serve_rest(systems: Systems, *, port: int, password: str, root: Path) -> NoReturn:
    """The JSON interface of every system that has one; what it received lies below ``root``."""
    _serve(HttpPartner(root, systems.rest(password), port=port, host=ANYWHERE))


def serve_mail(systems: Systems, *, port: int, root: Path) -> NoReturn:
    """The mailbox, without TLS and without a login; every mail is a file below ``root``."""
    _serve(MailPartner(root, systems.mail(), port=port, host=ANYWHERE))


def _serve(partner: Partner) -> NoReturn:
    with partner:
        while True:
            wait()
