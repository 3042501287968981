"""``campus keys rotate``: a key that many systems share is changed, and no delivery fails for it."""

import re

import pytest

from common.blocks import SftpServer, SshKey
from common.pages import find_page
from tests.common.cli.partners import Partners
from tests.common.cli.shared_key import KEY, deliver, public_line, secrets_now
from tests.common.cli.terminal import Terminal

pytestmark = (
    pytest.mark.slow
)  # half a minute: keys with passphrases, and deliveries to eight partners before and after


@pytest.mark.parametrize("partners", [8], indirect=True)
def test_a_key_of_eight_systems_is_rotated_by_one_command_and_no_delivery_fails(
    campus: Terminal, partners: Partners, shared: str
) -> None:
    """Prevents eight edits on the day of a rotation, and eight partners that have to act in the same minute."""
    secrets = secrets_now()
    code, output, _ = campus("keys", "rotate", KEY)
    new = public_line(output)
    assert code == 0
    assert new != shared
    deliver("1.csv", *partners.systems)  # nobody has the new key yet

    partners.install(new, *partners.systems[:5])
    deliver("2.csv", *partners.systems)
    code, output, _ = campus("keys", "rotate", KEY, "--finish")
    assert code == 1
    assert "3 of 8 do not take the new key: system-6-drill, system-7-drill, system-8-drill." in output
    assert [line[0] for line in output.splitlines()[:8]] == ["✓"] * 5 + ["✗"] * 3
    deliver("3.csv", *partners.systems)

    partners.install(new, *partners.systems[5:])
    secrets += secrets_now()
    code, output, _ = campus("keys", "rotate", KEY, "--finish")
    assert code == 0, output
    assert "The previous key is forgotten" in output
    deliver("4.csv", *partners.systems)
    files = ["1.csv", "2.csv", "3.csv", "4.csv"]  # and no probe's
    assert list(partners.received().values()) == [files] * 8
    block = SshKey.load(f"{KEY}-drill")
    assert (block.previous_private_key, block.previous_passphrase) == (None, None)
    assert not [secret for secret in secrets if secret in campus.everything]


def test_every_partner_gets_one_mail_with_all_its_logins(campus: Terminal, shared: str) -> None:
    """Prevents a partner from installing the key for one of its three users."""
    output = campus("keys", "rotate", KEY).output
    mails = output.split("To: ")[1:]
    assert [mail.splitlines()[0] for mail in mails] == ["it@system-3.example", "it@vendor.example"]
    assert "Cc: data-delivery@campus.example" in mails[-1]
    assert re.findall(r"user (\S+) at 127.0.0.1, port \d+", mails[-1]) == ["system-1", "system-2"]
    assert all(public_line(output) in mail for mail in mails)


def test_a_second_rotation_shows_the_first_ones_key_again(campus: Terminal, shared: str) -> None:
    """Prevents a key that partners have installed already from being replaced by a third."""
    first = campus("keys", "rotate", KEY).output
    secrets = secrets_now()
    second = campus("keys", "rotate", KEY).output
    assert public_line(first) == public_line(second)
    assert "is being rotated since" in second
    assert secrets_now() == secrets


def test_a_rotation_is_cancelled_only_where_the_previous_key_works(
    campus: Terminal, partners: Partners, shared: str
) -> None:
    """Prevents the partner that was quick from being locked out."""
    new = public_line(campus("keys", "rotate", KEY).output)
    partners.install(new, "system-2")
    code, output, _ = campus("keys", "rotate", KEY, "--cancel")
    assert code == 1
    assert "1 of 3 do not take the previous key: system-2-drill. Both keys stay" in output
    partners.install(shared, "system-2")
    assert campus("keys", "rotate", KEY, "--cancel").code == 0
    assert shared.split()[1] in campus("keys", "show", KEY).output
    deliver("1.csv", *partners.systems)


def test_a_partner_that_does_not_answer_keeps_the_rotation_open(
    campus: Terminal, partners: Partners, shared: str
) -> None:
    """Prevents silence from being taken for consent."""
    partners.install(public_line(campus("keys", "rotate", KEY).output))
    partners.stop()
    code, output, _ = campus("keys", "rotate", KEY, "--finish")
    assert code == 1
    assert "refused the connection" in output
    assert SshKey.load(f"{KEY}-drill").previous_private_key is not None


def test_an_rsa_key_is_made_where_partners_want_one(
    campus: Terminal, partners: Partners, shared: str
) -> None:
    """Prevents a partner with an old server from holding up all others."""
    new = public_line(campus("keys", "rotate", KEY, "--type", "rsa").output)
    assert new.startswith("ssh-rsa ")
    partners.install(new)
    assert campus("keys", "rotate", KEY, "--finish").code == 0
    deliver("1.csv", *partners.systems)


@pytest.mark.parametrize("in_rotation", [False, True])
def test_a_passphrase_is_changed_while_deliveries_run(
    campus: Terminal, partners: Partners, shared: str, in_rotation: bool
) -> None:
    """Prevents the change that was once a matter of weeks; a run that has begun goes on with what it has read."""
    if in_rotation:
        partners.install(public_line(campus("keys", "rotate", KEY).output), *partners.systems[:1])
    before = secrets_now()
    begun = [find_page(system, SftpServer).open(system) for system in partners.systems]
    code, output, _ = campus("keys", "passphrase", KEY)
    assert code == 0
    assert f"{KEY}-drill has a new passphrase; the next run of system-1-drill, " in output
    for sftp in begun:
        with sftp:
            sftp.put_bytes(b"x", "begun.csv")
    deliver("next.csv", *partners.systems)
    assert list(partners.received().values()) == [["begun.csv", "next.csv"]] * 3
    assert not set(before) & set(secrets_now())
    assert not [secret for secret in before + secrets_now() if secret in campus.everything]
