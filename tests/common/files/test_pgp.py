"""Files for one reader, and of one writer, with the GnuPG that is installed."""

import logging
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from common.contract import Column, Contract
from common.errors import ConfigError, SourceError
from common.files import Parcel, PgpKeys, decrypted, encrypted, write_csv
from tests.common.sources import Rows
from tests.servers.pgp import PgpPeople

PEOPLE = Contract("people", (Column("emplid"),))
PASSPHRASE = "open-sesame-2231"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A run's folder: GnuPG's sockets do not fit into paths of more than a hundred characters."""
    with TemporaryDirectory(prefix="run-") as folder:
        yield Path(folder)


@pytest.fixture
def parcel(rows: Rows, folder: Path) -> Parcel:
    return write_csv(rows({"emplid": [str(n) for n in range(30_000)]}), PEOPLE, folder / "people.csv")


@pytest.fixture
def ours(pgp_people: PgpPeople) -> PgpKeys:
    """Our page of the bank: the bank's public key, and our own with its passphrase."""
    bank, own = pgp_people("bank"), pgp_people("campus", passphrase=PASSPHRASE)
    return PgpKeys("bank-sftp", bank.public, bank.fingerprint, own.private, PASSPHRASE)


@pytest.fixture
def theirs(pgp_people: PgpPeople) -> PgpKeys:
    """The same from the bank's side."""
    bank, own = pgp_people("bank"), pgp_people("campus", passphrase=PASSPHRASE)
    return PgpKeys("campus", own.public, own.fingerprint, bank.private)


def test_the_partner_alone_reads_what_is_encrypted_and_sees_who_wrote_it(
    parcel: Parcel, ours: PgpKeys, theirs: PgpKeys, folder: Path
) -> None:
    """Prevents a plain file beside the encrypted one, and one that the partner cannot open or verify."""
    content = parcel.path.read_bytes()
    sealed = encrypted(parcel, ours)
    assert sealed.name == "people.csv.pgp"
    assert (sealed.rows, sealed.contract, sealed.sealed) == (30_000, PEOPLE, True)
    assert sealed.bytes == sealed.path.stat().st_size
    assert sealed.path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in folder.iterdir()] == ["people.csv.pgp"]
    assert b"29999" not in sealed.path.read_bytes()
    plain = decrypted(sealed.path, theirs)
    assert plain == folder / "people.csv"
    assert plain.read_bytes() == content
    assert plain.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in folder.iterdir()) == ["people.csv", "people.csv.pgp"]


def test_without_a_key_of_ours_a_file_is_encrypted_and_not_signed(
    parcel: Parcel, pgp_people: PgpPeople, theirs: PgpKeys
) -> None:
    """Most partners hand out a public key and ask for nothing more."""
    bank = pgp_people("bank")
    sealed = encrypted(parcel, PgpKeys("bank-sftp", bank.public, bank.fingerprint))
    with pytest.raises(SourceError, match=r"people\.csv\.pgp is not signed"):
        decrypted(sealed.path, theirs)
    assert not sealed.path.with_suffix("").exists()
    assert decrypted(sealed.path, theirs, signed=False).read_bytes().startswith(b"emplid\r\n0\r\n")


def test_a_key_of_another_fingerprint_is_not_used(
    parcel: Parcel, ours: PgpKeys, pgp_people: PgpPeople, folder: Path
) -> None:
    """Prevents a key that somebody slipped in from reading everything from then on."""
    stranger = pgp_people("stranger")
    wrong = PgpKeys("bank-sftp", stranger.public, ours.fingerprint)
    with pytest.raises(ConfigError, match=f"has the fingerprint {stranger.fingerprint}, the page expects"):
        encrypted(parcel, wrong)
    with pytest.raises(ConfigError, match="pgp_fingerprint is missing"):
        encrypted(parcel, PgpKeys("bank-sftp", stranger.public))
    assert [p.name for p in folder.iterdir()] == ["people.csv"]


def test_a_fingerprint_may_be_written_as_people_write_it(parcel: Parcel, ours: PgpKeys) -> None:
    """GnuPG prints it in groups of four, and mails have it in small letters."""
    digits = (ours.fingerprint or "").lower()
    spaced = " ".join(digits[n : n + 4] for n in range(0, 40, 4))
    assert encrypted(parcel, PgpKeys("bank-sftp", ours.public_key, spaced)).sealed


def test_keys_that_are_no_use_are_told_apart(
    parcel: Parcel, ours: PgpKeys, pgp_people: PgpPeople, folder: Path
) -> None:
    """Prevents a night of guessing: each of these has another remedy, and none leaves a half-written file."""
    expired, signs = pgp_people("expired", at="20200101"), pgp_people("signs", uses="sign")
    bank, fingerprint = ours.public_key or "", ours.fingerprint
    two = bank + pgp_people("stranger").public
    for keys, message in (
        (PgpKeys("bank-sftp"), "no pgp_public_key to encrypt for"),
        (PgpKeys("bank-sftp", "BEGIN", fingerprint), "pgp_public_key holds 0 keys"),
        (PgpKeys("bank-sftp", two, fingerprint), "pgp_public_key holds 2 keys"),
        (PgpKeys("bank-sftp", expired.public, expired.fingerprint), "key [0-9A-F]{40} has expired"),
        (PgpKeys("bank-sftp", signs.public, signs.fingerprint), "no part that encrypts"),
        (PgpKeys("bank-sftp", bank, fingerprint, bank), "pgp_private_key holds a public key only"),
        (
            PgpKeys("bank-sftp", bank, fingerprint, ours.private_key, "wrong-9914"),
            "pgp_passphrase does not open",
        ),
        (PgpKeys("bank-sftp", bank, fingerprint, ours.private_key), "pgp_passphrase does not open"),
        (PgpKeys("bank-sftp", bank, fingerprint, expired.private), "expired"),
    ):
        with pytest.raises(ConfigError, match=message) as caught:
            encrypted(parcel, keys)
        assert "Page bank-sftp: " in str(caught.value)
        assert "partner.example" not in str(caught.value)
        assert [p.name for p in folder.iterdir()] == ["people.csv"]


def test_a_file_that_is_not_by_the_partner_is_not_used(
    parcel: Parcel, ours: PgpKeys, theirs: PgpKeys, pgp_people: PgpPeople, folder: Path
) -> None:
    """Prevents rows that anybody could have written from changing what the campus knows."""
    stranger = pgp_people("stranger")
    forged = PgpKeys("forger", ours.public_key, ours.fingerprint, stranger.private)
    sealed = encrypted(parcel, forged)
    with pytest.raises(SourceError, match=r"bad signature: it is not by the key [0-9A-F]{40}"):
        decrypted(sealed.path, theirs)
    assert [p.name for p in folder.iterdir()] == ["people.csv.pgp"]


def test_files_that_cannot_be_opened_are_told_apart(
    parcel: Parcel, ours: PgpKeys, theirs: PgpKeys, pgp_people: PgpPeople, folder: Path
) -> None:
    """A damaged file is fetched anew, one for somebody else is not; neither leaves a part of its rows."""
    (folder / "plain.pgp").write_bytes(b"emplid\r\n900000001\r\n")
    (folder / "empty.pgp").write_bytes(b"")
    sealed = encrypted(parcel, ours).path
    whole = sealed.read_bytes()
    (folder / "cut.pgp").write_bytes(whole[: len(whole) // 2])
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    (folder / "changed.pgp").write_bytes(changed)
    other = PgpKeys("campus", theirs.public_key, theirs.fingerprint, pgp_people("stranger").private)
    before = sorted(p.name for p in folder.iterdir())
    for name, keys, message in (
        ("plain.pgp", theirs, "not encrypted by OpenPGP"),
        ("empty.pgp", theirs, "not encrypted by OpenPGP"),
        ("cut.pgp", theirs, "is damaged"),
        ("changed.pgp", theirs, "is damaged"),
        ("people.csv.pgp", other, "encrypted for another key than that of page campus"),
    ):
        with pytest.raises(SourceError, match=message):
            decrypted(folder / name, keys)
        assert sorted(p.name for p in folder.iterdir()) == before


def test_a_wrong_passphrase_is_the_pages_fault(parcel: Parcel, ours: PgpKeys, theirs: PgpKeys) -> None:
    """Prevents the partner from being asked for what is wrong here."""
    wrong = PgpKeys("bank-sftp", ours.public_key, ours.fingerprint, ours.private_key, "wrong-9914")
    sealed = encrypted(parcel, theirs)  # from the bank, for us
    with pytest.raises(ConfigError, match="pgp_passphrase does not open") as caught:
        decrypted(sealed.path, wrong)
    assert "wrong-9914" not in str(caught.value)
    with pytest.raises(ConfigError, match="no pgp_private_key"):
        decrypted(sealed.path, PgpKeys("bank-sftp", ours.public_key, ours.fingerprint))
    with pytest.raises(ConfigError, match="no pgp_public_key"):
        decrypted(sealed.path, PgpKeys("bank-sftp", private_key=ours.private_key, passphrase=PASSPHRASE))


def test_a_machine_without_gpg_says_what_to_install(
    parcel: Parcel, ours: PgpKeys, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prevents a FileNotFoundError in the night after an image was made smaller."""
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(ConfigError, match=r"Install GnuPG \(Debian: gnupg\)"):
        encrypted(parcel, ours)


def test_no_secret_is_logged_and_no_agent_stays(
    parcel: Parcel, ours: PgpKeys, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Prevents a passphrase in a log, and an unlocked key in a process that nobody looks after."""
    caplog.set_level(logging.DEBUG)
    encrypted(parcel, ours)
    assert PASSPHRASE not in caplog.text + repr(ours)
    assert "PRIVATE KEY" not in caplog.text + repr(ours)
    commands = [p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if p.exists()]
    assert not [command for command in commands if str(folder).encode() in command]
