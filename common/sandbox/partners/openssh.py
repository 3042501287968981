"""OpenSSH as the SFTP partner: Debian's own sshd, for a container of its own."""

import grp
import logging
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from common.errors import ConfigError
from common.sandbox.partners.sftp_folder import SftpSystem

__all__ = ["OpenSshPartner"]

logger = logging.getLogger(__name__)

_SSHD = Path("/usr/sbin/sshd")
_PRIVILEGE_SEPARATION = Path("/run/sshd")  # sshd insists on this folder, and on its being empty
_CONFIGURATION = Path("/etc/ssh/partner_config")
_GROUP = "partners"


class OpenSshPartner:
    """The sshd of all ``systems``: a system user for each, who logs in by password and sees one folder only.

    What a system receives lies in ``root/<system>``. sshd asks that ``root`` and every folder above it belong to
    root and are writable by nobody else, and so is ``root/<system>``: a delivery needs a folder below it. The
    private host key is kept in ``key``, so that a page with its public half stays right. Files stay where they
    arrive, also where a page says that the partner takes them away.
    """

    def __init__(self, root: Path, systems: Sequence[SftpSystem], *, key: Path, port: int = 22) -> None:
        names = [system.username for system in systems]
        if len(set(names)) < len(names):
            raise ConfigError("Two pages of type sftp have the same username: each system needs its own.")
        for system in systems:
            if any(not folder.strip("/") for folder in system.folders):
                raise ConfigError(
                    f"Page {system.name}: OpenSSH lets nobody write into / of a folder that it locks its users "
                    "in. Give the page a path, such as /incoming."
                )
        self._root = root
        self._systems = systems
        self._key = key
        self._port = port

    def configuration(self) -> str:
        """sshd_config: password and SFTP, nothing else."""
        lines = [
            f"Port {self._port}",
            f"HostKey {self._key}",
            "PidFile none",
            "UsePAM no",
            f"AllowGroups {_GROUP}",
            "AuthenticationMethods password",
            "PasswordAuthentication yes",
            "DisableForwarding yes",
            "PermitTTY no",
            "PermitTunnel no",
            "PermitUserRC no",
            "Subsystem sftp internal-sftp",
        ]
        for system in self._systems:
            denied = " -P rename,posix-rename" if system.forbid_rename else ""
            lines += [
                f"Match User {system.username}",
                f"    ChrootDirectory {self._root / system.name}",
                f"    ForceCommand internal-sftp{denied}",
            ]
        return "\n".join(lines) + "\n"

    def serve(self) -> NoReturn:
        """Makes users, folders and, the first time, the host key; then this process becomes sshd.

        Raises ConfigError where there is no sshd, where this is not root, and for a username that the system
        needs itself.
        """
        if not _SSHD.exists():
            raise ConfigError("There is no sshd: the image needs Debian's package openssh-server.")
        if os.geteuid() != 0:
            raise ConfigError("sshd becomes the user who logs in: run it as root, in a container of its own.")
        _run("groupadd", "--force", _GROUP)
        for system in self._systems:
            self._admit(system)
        _run("chpasswd", "--crypt-method", "SHA512", text=self._passwords())
        self._make_key()
        _PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        _CONFIGURATION.write_text(self.configuration(), encoding="utf-8")
        logger.info("sshd port=%d systems=%d", self._port, len(self._systems))
        os.execv(_SSHD, [str(_SSHD), "-D", "-e", "-f", str(_CONFIGURATION)])  # noqa: S606 - our own arguments

    def _admit(self, system: SftpSystem) -> None:
        """A user, and folders that are its own even if the users of an earlier container had other numbers."""
        if not _is_ours(system):
            _run(
                "useradd",
                "--badname",  # partners give out names that Debian would not
                "--no-create-home",
                "--home-dir=/",
                "--shell=/usr/sbin/nologin",
                f"--gid={_GROUP}",
                system.username,
            )
        locked = self._root / system.name
        _owned_by_root(locked)
        for folder in system.folders:
            target = locked
            for part in folder.strip("/").split("/"):
                target /= part
                _owned_by_root(target)
            for path in (target, *target.rglob("*")):
                shutil.chown(path, system.username, _GROUP)

    def _passwords(self) -> str:
        return "".join(f"{system.username}:{system.password}\n" for system in self._systems)

    def _make_key(self) -> None:
        if not self._key.exists():
            self._key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "partner", "-f", str(self._key))


def _is_ours(system: SftpSystem) -> bool:
    try:
        user = pwd.getpwnam(system.username)
    except KeyError:
        return False
    if user.pw_gid != grp.getgrnam(_GROUP).gr_gid:
        raise ConfigError(
            f"Page {system.name}: the username {system.username} is one that Debian itself uses. Choose another."
        )
    return True


def _owned_by_root(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, 0, 0)
    folder.chmod(0o755)


def _run(*command: str, text: str | None = None) -> None:
    try:
        subprocess.run(command, input=text, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise ConfigError(f"{command[0]} failed: {error.stderr.strip()}") from None
