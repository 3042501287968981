"""People with OpenPGP keys, made by GnuPG's own program."""

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

__all__ = ["PgpPeople", "PgpPerson", "installed", "people"]


@dataclass(frozen=True, slots=True)
class PgpPerson:
    """Somebody with a key: its fingerprint, and both halves in armour."""

    fingerprint: str
    public: str
    private: str = field(repr=False)


PgpPeople: TypeAlias = Callable[..., PgpPerson]


def installed() -> bool:
    """Whether this machine has GnuPG."""
    return shutil.which("gpg") is not None


@contextlib.contextmanager
def people() -> Iterator[PgpPeople]:
    """Makes a person's key, once for each name; ``at`` is the day on which it is made, to last for that day alone."""
    made: dict[str, PgpPerson] = {}
    with TemporaryDirectory(prefix="gpg-") as home:
        # by default the agent measures how often it can hash in a tenth of a second, at each start
        (Path(home) / "gpg-agent.conf").write_text("s2k-count 65536\n", encoding="utf-8")

        def gpg(*arguments: str, passphrase: str = "") -> str:
            command = ["gpg", "--homedir", home, "--batch", "--yes", "--armor", "--with-colons"]
            secret = ["--pinentry-mode", "loopback", "--passphrase-fd", "0"]
            answer = subprocess.run(
                [*command, *secret, *arguments], input=passphrase, capture_output=True, text=True, check=True
            )
            return answer.stdout

        def make(name: str, *, passphrase: str = "", at: str = "", uses: str = "default") -> PgpPerson:
            if name not in made:
                faked, lasts = ([f"--faked-system-time={at}T000000!"], "1d") if at else ([], "never")
                address = f"{name}@partner.example"
                gpg(
                    *faked,
                    "--quick-generate-key",
                    address,
                    "future-default",
                    uses,
                    lasts,
                    passphrase=passphrase,
                )
                lines = gpg("--list-keys", address).splitlines()
                fingerprint = next(line for line in lines if line.startswith("fpr")).split(":")[9]
                private = gpg("--export-secret-keys", fingerprint, passphrase=passphrase)
                made[name] = PgpPerson(fingerprint, gpg("--export", fingerprint), private)
            return made[name]

        try:
            yield make
        finally:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True)
