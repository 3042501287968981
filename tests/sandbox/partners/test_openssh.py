"""OpenSSH as the partner of a container, here in mount namespaces of its own: no user is left on the machine."""

import contextlib
import os
import pwd
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import paramiko
import pytest

from common.blocks import Page
from common.errors import ConfigError
from common.sandbox.containers.pages import scan_host_key
from common.sandbox.partners import SftpSystem
from common.sandbox.partners.openssh import OpenSshPartner
from common.sandbox.systems import Endpoint, Endpoints, Systems
from tests.servers.process import find_program, free_port, running

pytestmark = pytest.mark.slow  # 20 s: each test has an sshd with users of its own

ROOT = Path(__file__).parents[3]
SSHD = find_program("sshd", Path("/usr/sbin"))
PASSWORD = "pass-4711"
ALMA = "type: sftp\nusername: zz-alma\npath: /patrons/new\n"
STRICT = "type: sftp\nusername: zz-Strict.1\npath: /in\nrename: false\n"
# /etc as it is, with room for users that nobody else sees; /srv belongs to root all the way up, as sshd wants it
NAMESPACE = """
mkdir "$1/etc" "$1/work"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/etc,workdir=$1/work" /etc
mount --bind "$2" /srv
shift 2
exec "$@"
"""

Serve = Callable[[Mapping[str, str], Path], AbstractContextManager[dict[str, Page]]]


def namespace(container: Path, volumes: Path, *command: str) -> list[str]:
    """The command with changes to /etc that stay in the folder ``container``, and ``volumes`` as its /srv."""
    return ["unshare", "--mount", "sh", "-ec", NAMESPACE, "sh", str(container), str(volumes), *command]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Runs the role for some pages in a new container, so to speak, with the volumes that are given."""
    if os.geteuid() != 0 or SSHD is None:
        pytest.skip("NOT TESTED WITH USERS OF SSHD: needs root and sshd (Debian: openssh-server)")
    attempt = namespace(tmp_path_factory.mktemp("container"), tmp_path_factory.mktemp("volumes"), "true")
    tried = subprocess.run(attempt, check=False, capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"NOT TESTED WITH USERS OF SSHD: no mount namespace here ({tried.stderr.strip()})")

    @contextlib.contextmanager
    def serving(files: Mapping[str, str], volumes: Path) -> Iterator[dict[str, Page]]:
        container, port = tmp_path_factory.mktemp("container"), free_port()
        folder = container / "pages"
        folder.mkdir()
        for system, text in files.items():
            (folder / f"{system}.yaml").write_text(text, encoding="utf-8")
        volumes.mkdir(mode=0o755, exist_ok=True)
        options = [f"--port={port}", f"--pages={folder}", "--root=/srv/partners", "--key=/srv/keys/host_key"]
        role = [sys.executable, "-m", "common.sandbox.containers", "sftp", *options]
        environment = ["env", f"CAMPUS_SANDBOX_PASSWORD={PASSWORD}", f"PYTHONPATH={ROOT}"]
        command = [*environment, *namespace(container, volumes, *role)]
        with running(command, port=port, log=container / "sshd.log", seconds=60):
            at = Endpoint("127.0.0.1", port)
            yield Systems(folder).pages(Endpoints(at, at, at, at, scan_host_key(at, 10), PASSWORD))

    return serving


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is /srv to the running server."""
    return tmp_path_factory.mktemp("volumes") / "srv"


@pytest.fixture(scope="module")
def pages(serve: Serve, volumes: Path) -> Iterator[dict[str, Page]]:
    """The pages of a running server with a plain system and one that forbids renames."""
    with serve({"alma": ALMA, "strict": STRICT}, volumes) as pages:
        yield pages


@contextlib.contextmanager
def session(page: Page, password: str = PASSWORD) -> Iterator[paramiko.Transport]:
    """A login by hand."""
    with paramiko.Transport((page.host, page.port)) as transport:
        transport.start_client(timeout=10)
        transport.auth_password(page.username, password)
        yield transport


@pytest.mark.parametrize("system", ["alma", "strict"])
def test_a_delivery_arrives_in_the_systems_folder(
    system: str, pages: dict[str, Page], volumes: Path, tmp_path: Path
) -> None:
    """Prevents a partner that takes what the sandbox's other one takes, but not from a flow's connector."""
    (tmp_path / "file.csv").write_bytes(b"a,b\n" * 100_000)
    page = pages[system]
    with page.open(system) as partner:
        for _ in range(2):  # a rerun replaces the file
            placed = partner.put(tmp_path / "file.csv", "file.csv")
        partner.put_bytes(b"file.csv", "file.csv.DONE")
    assert placed.atomic == page.rename
    arrived = volumes / "partners" / system / page.path.strip("/")
    assert {path.name: path.stat().st_size for path in arrived.iterdir()} == {
        "file.csv": 400_000,
        "file.csv.DONE": 8,
    }


def test_nobody_gets_more_than_files_in_a_folder(pages: dict[str, Page]) -> None:
    """Prevents a shell, a tunnel into the stack's network, and another partner's files."""
    with session(pages["alma"]) as transport:
        sftp = paramiko.SFTPClient.from_transport(transport)
        assert sftp is not None
        assert sftp.listdir("/") == ["patrons"]
        assert sftp.listdir("/..") == ["patrons"]
        for path in ("/evil", "/patrons/evil"):
            with pytest.raises(PermissionError):
                sftp.open(path, "w")
        command = transport.open_session()
        command.exec_command("id")
        assert command.recv(100) == b"This service allows sftp connections only.\n"
        with pytest.raises(paramiko.ChannelException, match="Administratively prohibited"):
            transport.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1))


def test_renames_are_refused_where_the_page_says_so(pages: dict[str, Page]) -> None:
    """Prevents a page option that works in the sandbox whether it is set or not."""
    with session(pages["strict"]) as transport:
        sftp = paramiko.SFTPClient.from_transport(transport)
        assert sftp is not None
        sftp.open("/in/a", "w").close()
        for rename in (sftp.rename, sftp.posix_rename):
            with pytest.raises(OSError, match=r"denied|unsupported|refuse"):
                rename("/in/a", "/in/b")
        sftp.remove("/in/a")


def test_only_the_systems_get_in(pages: dict[str, Page]) -> None:
    """Prevents a login of the machine's own users, with the password that everybody in the sandbox has."""
    page = pages["alma"]
    root = type(page)(**(dict(page) | {"username": "root"}))
    for visitor, password in ((page, "wrong"), (root, PASSWORD)):
        with pytest.raises(paramiko.AuthenticationException), session(visitor, password):
            pass


def test_a_new_container_knows_key_and_files_again(serve: Serve, tmp_path: Path) -> None:
    """Prevents pages with an old host key, and files that belong to nobody: users get other numbers."""
    with serve({"strict": STRICT}, tmp_path / "srv") as before, before["strict"].open("strict") as partner:
        partner.put_bytes(b"1", "kept.csv")
    both = {"alma": ALMA, "strict": STRICT}
    with serve(both, tmp_path / "srv") as after, after["strict"].open("strict") as partner:
        assert after["strict"].host_key == before["strict"].host_key
        partner.put_bytes(b"22", "kept.csv")  # into the file that is there
        assert {file.name: file.size for file in partner.list()} == {"kept.csv": 2}


def test_no_user_is_left_on_this_machine(pages: dict[str, Page]) -> None:
    """Prevents a test that adds logins to the machine it runs on."""
    assert not [user.pw_name for user in pwd.getpwall() if user.pw_name.startswith("zz-")]


def test_a_username_of_debian_is_refused(serve: Serve, tmp_path: Path) -> None:
    """Prevents the password of the sandbox from opening an account that the system itself uses."""
    with (
        pytest.raises(
            RuntimeError, match="ConfigError Page alma: the username backup is one that Debian itself"
        ),
        serve({"alma": ALMA.replace("zz-alma", "backup")}, tmp_path / "srv"),
    ):
        pass


def test_the_configuration_is_sshds(tmp_path: Path) -> None:
    """Prevents a keyword that sshd of this version does not know, also where the tests do not run as root."""
    if SSHD is None:
        pytest.skip("NOT TESTED AGAINST SSHD: none on this machine (Debian: openssh-server)")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    systems = [
        SftpSystem("alma", username="alma", password="x", folders=("/patrons",)),
        SftpSystem("strict", username="strict", password="x", folders=("/in",), forbid_rename=True),
    ]
    text = OpenSshPartner(tmp_path, systems, key=key, port=2222).configuration()
    (tmp_path / "config").write_text(text, encoding="utf-8")
    command = [SSHD, "-T", "-f", tmp_path / "config", "-C"]
    asked = {
        user: subprocess.run(
            [*command, f"user={user},host=x,addr=127.0.0.1"], check=True, capture_output=True, text=True
        ).stdout.splitlines()
        for user in ("alma", "strict")
    }
    assert {"port 2222", "disableforwarding yes", f"chrootdirectory {tmp_path}/alma"} <= set(asked["alma"])
    assert "forcecommand internal-sftp" in asked["alma"]
    assert "forcecommand internal-sftp -P rename,posix-rename" in asked["strict"]


@pytest.mark.parametrize(
    ("systems", "said"),
    [
        ([SftpSystem("one", username="x", folders=("/",))], "Page one: OpenSSH lets nobody write into /"),
        ([SftpSystem(name, username="x", folders=("/in",)) for name in ("one", "two")], "the same username"),
    ],
)
def test_what_openssh_cannot_do_is_told(systems: list[SftpSystem], said: str, tmp_path: Path) -> None:
    """Prevents a partner that comes up and then refuses each delivery, or mixes two systems' files."""
    with pytest.raises(ConfigError, match=said):
        OpenSshPartner(tmp_path, systems, key=tmp_path / "key")
