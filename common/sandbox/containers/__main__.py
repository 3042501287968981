"""What runs in the sandbox's containers, one role each."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from common.errors import DataFlowError
from common.sandbox.control import DEFAULT_PEOPLE, DEFAULT_SEED
from common.sandbox.home import PAGES
from common.sandbox.signals import end_on_sigterm

app = typer.Typer(
    help="The sandbox as containers, one role each. A server runs until SIGTERM ends it.",
    epilog="Example: [bold]CAMPUS_SANDBOX_PASSWORD=... python -m common.sandbox.containers warehouse[/bold]",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,  # a container's log is read as text, and locals hold the password
)


def _plain(password: str) -> str:
    if not password.isprintable() or set(password) & set(' ":'):
        raise typer.BadParameter("it may hold no blank, colon, double quote or control character.")
    return password


Password = Annotated[
    str,
    typer.Option(
        envvar="CAMPUS_SANDBOX_PASSWORD",
        callback=_plain,
        help="Password of every login, token of every interface; its variable keeps it out of process lists.",
    ),
]
People = Annotated[
    int, typer.Option(envvar="CAMPUS_SANDBOX_PEOPLE", min=200, help="How many people are on campus.")
]
Seed = Annotated[int, typer.Option(envvar="CAMPUS_SANDBOX_SEED", help="Another number makes other people.")]
Root = Annotated[Path, typer.Option(help="Folder of what is received: <system>/... below it.")]
Folder = Annotated[Path, typer.Option("--pages", help="Folder of the page files: which systems there are.")]
Port = Annotated[int, typer.Option(help="Port to listen on, at every address of the container.")]
Patience = Annotated[float, typer.Option(help="Seconds to wait for another container.")]
Address = Annotated[str, typer.Option(help="Where flows find it, host:port.")]

RECEIVED = Path("/srv/partners")


@app.command()
def warehouse(
    password: Password,
    people: People = DEFAULT_PEOPLE,
    seed: Seed = DEFAULT_SEED,
    pages: Folder = PAGES,
    port: Port = 1521,
) -> None:
    """Serve the synthetic campus of today from the Oracle stand-in; at midnight it moves on.

    Example: [bold]python -m common.sandbox.containers warehouse --people 20000[/bold]
    """
    from common.sandbox.containers.servers import serve_warehouse
    from common.sandbox.systems import Systems

    serve_warehouse(Systems(pages), port=port, password=password, people=people, seed=seed)


@app.command()
def sftp(
    password: Password,
    root: Root = RECEIVED,
    pages: Folder = PAGES,
    port: Port = 22,
    key: Annotated[Path, typer.Option(help="Private host key; made when it is missing.")] = Path(
        "/var/lib/partner-sftp/host_key"
    ),
) -> None:
    """Become OpenSSH's sshd with a user and a folder for each system. It needs root, and adds system users.

    Example: [bold]python -m common.sandbox.containers sftp --root /srv/partners[/bold]
    """
    from common.sandbox.partners.openssh import OpenSshPartner
    from common.sandbox.systems import Systems

    OpenSshPartner(root, Systems(pages).sftp(password), key=key, port=port).serve()


@app.command()
def rest(password: Password, root: Root = RECEIVED, pages: Folder = PAGES, port: Port = 8080) -> None:
    """Serve the JSON interface of each system that has one.

    Example: [bold]python -m common.sandbox.containers rest --port 8081[/bold]
    """
    from common.sandbox.containers.servers import serve_rest
    from common.sandbox.systems import Systems

    serve_rest(Systems(pages), port=port, password=password, root=root)


@app.command()
def mail(root: Root = RECEIVED, pages: Folder = PAGES, port: Port = 2525) -> None:
    """Take mail for anybody, without TLS and without a login, and keep it as files.

    Example: [bold]python -m common.sandbox.containers mail --port 2526[/bold]
    """
    from common.sandbox.containers.servers import serve_mail
    from common.sandbox.systems import Systems

    serve_mail(Systems(pages), port=port, root=root)


@app.command("pages")
def register(
    *,
    password: Password,
    warehouse: Annotated[
        str,
        typer.Option(
            envvar="CAMPUS_SANDBOX_WAREHOUSE",
            help="Where flows find the database, host:port; with /service after it where that is not the page's.",
        ),
    ] = "warehouse:1521",
    sftp: Address = "partner-sftp:22",
    rest: Address = "partner-rest:8080",
    mail: Address = "partner-mail:2525",
    pages: Folder = PAGES,
    patience: Patience = 120,
) -> None:
    """Fill the pages in and save them on the Prefect server of PREFECT_API_URL; once or any number of times.

    Example: [bold]python -m common.sandbox.containers pages --warehouse oracle:1521/FREEPDB1[/bold]
    """
    from common.sandbox.containers.pages import register_pages, scan_host_key, wait_for_prefect
    from common.sandbox.systems import Endpoint, Endpoints, Systems

    systems, (database, _, service) = Systems(pages), warehouse.partition("/")
    ssh = Endpoint.parse(sftp)
    endpoints = Endpoints(
        warehouse=Endpoint.parse(database),
        sftp=ssh,
        rest=Endpoint.parse(rest),
        mail=Endpoint.parse(mail),
        host_key=scan_host_key(ssh, patience),
        password=password,
        service_name=service or None,
    )
    wait_for_prefect(patience)
    for line in register_pages(systems, endpoints):
        typer.echo(line)


@app.command("load-oracle")
def load_oracle(
    *,
    password: Password,
    oracle_password: Annotated[
        str, typer.Option(envvar="CAMPUS_ORACLE_PASSWORD", help="Password of SYSTEM in that database.")
    ],
    host: Annotated[
        str, typer.Option(envvar="CAMPUS_ORACLE_HOST", help="Where the database is, host:port.")
    ] = "oracle:1521",
    people: People = DEFAULT_PEOPLE,
    seed: Seed = DEFAULT_SEED,
    pages: Folder = PAGES,
    patience: Patience = 600,
) -> None:
    """Load the campus of today into a real Oracle, in place of what an earlier load left there.

    Example: [bold]CAMPUS_ORACLE_HOST=127.0.0.1:1521 python -m common.sandbox.containers load-oracle[/bold]
    """
    from common.clock import today
    from common.sandbox.campus import campus_on
    from common.sandbox.containers import oracle_loader
    from common.sandbox.systems import Endpoint, Systems

    readers = dict.fromkeys(Systems(pages).readers(password), password)
    campus = campus_on(today(), seed=seed, people=people)
    oracle_loader.load_oracle(
        Endpoint.parse(host), password=oracle_password, campus=campus, readers=readers, patience=patience
    )


def main() -> None:
    """Runs a role; an error of ours is one sentence and exit code 1, SIGTERM exit code 143."""
    end_on_sigterm()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        app(prog_name="python -m common.sandbox.containers")
    except DataFlowError as error:
        typer.echo(f"{type(error).__name__} {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
