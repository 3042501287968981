"""Every place for files with a server that can run here, and the plain client for it."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.openssh_client import login_options
from tests.bench.ours import Connector
from tests.servers import ftps, openssh, samba
from tests.servers.s3 import BUCKET, s3_server
from tests.servers.webdav import dav_server

__all__ = ["STORES", "Kind", "Store"]

Command = list[str]


@dataclass(frozen=True, slots=True)
class Store:
    """A running store: our connector to it, and the plain client's commands.

    ``put`` takes a file of this machine and a name there, ``get`` a name there and a file of this machine.
    """

    connector: Connector
    put: Callable[[Path, str], Command]
    get: Callable[[str, Path], Command]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of store: the plain ``client``, what else keeps it from running here, and how it is started."""

    client: str
    cannot: Callable[[], str]
    open: Callable[[Path], AbstractContextManager[Store]]

    def missing(self) -> str:
        """Why it is not measured here; "" where it is."""
        return self.cannot() or ("" if shutil.which(self.client) else f"{self.client} is not here")


@contextmanager
def _sftp(folder: Path) -> Iterator[Store]:
    with openssh.openssh_server(folder) as server:
        page = {
            "host": server.host,
            "port": server.port,
            "username": server.username,
            "host_key": server.host_key,
            "private_key": server.private_key,
            "path": str(server.root),
        }
        options = login_options(page, folder)
        root = f"{server.username}@{server.host}:{server.root}"

        def put(file: Path, name: str) -> Command:
            (batch := folder / "put.batch").write_text(f'put "{file}" "{name}"\n')
            return ["sftp", "-q", *options, "-b", str(batch), root]

        yield Store(
            Connector("common.connectors.sftp:Sftp", page),
            put,
            lambda name, file: ["sftp", "-q", *options, f"{root}/{name}", str(file)],
        )


@contextmanager
def _smb(folder: Path) -> Iterator[Store]:
    with samba.samba_server() as server:
        login = _private(folder / "login", f"username={server.username}\npassword={server.password}\n")
        # encrypted, as our pages have it unless they say otherwise
        client = ["smbclient", f"//{server.host}/campus", "-p", str(server.port), "-A", str(login)]
        client += ["--client-protection=encrypt", "-c"]
        page = {
            "host": server.host,
            "port": server.port,
            "share": "campus",
            "username": server.username,
            "password": server.password,
        }
        yield Store(
            Connector("common.connectors.smb:Smb", page),
            lambda file, name: [*client, f'put "{file}" "{name}"'],
            lambda name, file: [*client, f'get "{name}" "{file}"'],
        )


@contextmanager
def _ftps(folder: Path) -> Iterator[Store]:
    with ftps.ftp_server(folder) as server:
        page = {
            "host": server.host,
            "port": server.port,
            "username": server.username,
            "password": server.password,
            "certificate": server.fingerprint,
        }
        options: dict[str, str | bool] = {"ssl-reqd": True, "cacert": str(server.certificate)}
        yield _curled(
            Connector("common.connectors.ftps:Ftps", page),
            f"ftp://{server.host}:{server.port}",
            _curl(folder, server.username, server.password, options),
        )


@contextmanager
def _webdav(folder: Path) -> Iterator[Store]:
    with dav_server(folder) as server:
        page = {"url": server.url(), "username": server.username, "password": server.password}
        yield _curled(
            Connector("common.connectors.webdav:WebDav", page),
            server.url(),
            _curl(folder, server.username, server.password, {"header": "Expect:"}),
        )


@contextmanager
def _s3(folder: Path) -> Iterator[Store]:
    with s3_server(folder) as server:
        page = {
            "bucket": BUCKET,
            "endpoint": server.endpoint,
            "access_key_id": server.owner.id,
            "secret_access_key": server.owner.secret,
        }
        options = {"aws-sigv4": "aws:amz:us-east-1:s3", "header": "Expect:"}
        yield _curled(
            Connector("common.connectors.s3:S3", page),
            f"{server.endpoint}/{BUCKET}",
            _curl(folder, server.owner.id, server.owner.secret, options),
        )


@contextmanager
def _folder(folder: Path) -> Iterator[Store]:
    (root := folder / "share").mkdir()
    yield Store(
        Connector("common.connectors.folder:Folder", {"path": str(root)}),
        lambda file, name: ["cp", str(file), str(root / name)],
        lambda name, file: ["cp", str(root / name), str(file)],
    )


def _curl(folder: Path, username: str, password: str, options: Mapping[str, str | bool]) -> Command:
    """The program with a configuration that holds the login, which its command line would show to everybody."""
    told = {"fail": True, "silent": True, "show-error": True, "user": f"{username}:{password}", **options}
    lines = [name if value is True else f"{name} = {json.dumps(value)}" for name, value in told.items()]
    return ["curl", "--disable", "--config", str(_private(folder / "curlrc", "\n".join(lines) + "\n"))]


def _curled(connector: Connector, url: str, curl: Command) -> Store:
    return Store(
        connector,
        lambda file, name: [*curl, "--upload-file", str(file), f"{url}/{name}"],
        lambda name, file: [*curl, "--output", str(file), f"{url}/{name}"],
    )


def _private(file: Path, text: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(text)
    return file


def _nothing() -> str:
    return ""


STORES: Mapping[str, Kind] = {
    "a folder": Kind("cp", _nothing, _folder),
    "SFTP (OpenSSH)": Kind("sftp", lambda: "" if openssh.installed() else "sshd is not here", _sftp),
    "SMB (Samba)": Kind("smbclient", samba.cannot_run, _smb),
    "FTPS (ProFTPD)": Kind("curl", lambda: "" if ftps.installed() else "proftpd is not here", _ftps),
    "WebDAV (WsgiDAV)": Kind("curl", _nothing, _webdav),
    "S3 (moto)": Kind("curl", _nothing, _s3),
}
"""The stores that ``files`` measures, by what a reader calls them. The servers for WebDAV and S3 come with Python."""
