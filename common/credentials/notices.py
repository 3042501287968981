"""What partners are told when a key changes, as mails to be sent by whoever changes it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from common.credentials.documents import Use
from common.credentials.key_pairs import PublicKey

__all__ = ["Mail", "new_key_mails"]


class Mail(NamedTuple):
    """A mail to a partner. copy: those on campus who answer for its systems."""

    to: str
    copy: str
    subject: str
    text: str


def new_key_mails(uses: Iterable[Use], key: PublicKey) -> list[Mail]:
    """One mail to each partner, about all of its systems that the key logs in to."""
    entries = sorted((use.entries for use in uses), key=_recipient)
    return [_mail(to, list(found), key) for to, found in groupby(entries, key=_recipient)]


def _recipient(page: Mapping[str, Any]) -> str:
    return page.get("contact") or page.get("owner") or "nobody is named on the page"


def _mail(to: str, pages: Sequence[Mapping[str, Any]], key: PublicKey) -> Mail:
    logins = [f"  user {page['username']} at {page['host']}, port {page['port']}" for page in pages]
    copy = ", ".join(sorted({page["owner"] for page in pages if page.get("owner") and page["owner"] != to}))
    text = "\n".join(
        [
            "Dear colleagues,",
            "",
            "we are changing the SSH key with which our deliveries log in to your server:",
            "",
            *logins,
            "",
            "Please add this public key there, and keep the present one beside it until we write again:",
            "",
            f"  {key.line}",
            "",
            f"Its fingerprint is {key.fingerprint}. Please answer when it is in place; until then our deliveries go on",
            "with the present key.",
        ]
    )
    return Mail(to, copy, f"New SSH key for {', '.join(sorted({str(page['host']) for page in pages}))}", text)
