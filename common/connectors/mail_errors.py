"""What a mail relay's refusals mean to whom; replies may quote an address, so only their codes are shown."""

import smtplib
import socket
import ssl
from collections import Counter
from collections.abc import Collection

from common.errors import ConfigError, DataFlowError, DeliveryError, TransientError

__all__ = ["explain", "explain_recipients"]


def explain(where: str, step: str, error: Exception) -> DataFlowError:
    """The error for a failed step: ``the connection``, ``the login`` or ``the message``."""
    verdict: type[DataFlowError]
    match error:
        case smtplib.SMTPResponseException():
            verdict, text = _reply(step, error)
        case ssl.SSLCertVerificationError():
            verdict, text = (
                ConfigError,
                "the relay's certificate is not trusted. Ask its owner, or correct the host",
            )
        case ssl.SSLError():
            verdict, text = (
                ConfigError,
                "no TLS session came about. Check port and tls on the page: 'starttls' goes with 587, "
                "'implicit' with 465",
            )
        case smtplib.SMTPServerDisconnected():
            verdict, text = TransientError, f"the relay broke off during {step}. Wait"
        case smtplib.SMTPNotSupportedError():
            verdict, text = ConfigError, f"the relay lacks what {step} needs: {str(error).rstrip('.')}"
        case smtplib.SMTPException():
            verdict, text = ConfigError, "the relay offers no login that this client knows. Ask its owner"
        case socket.gaierror() | UnicodeError():
            verdict, text = (
                TransientError,
                "the host name does not resolve. Check it on the page, or wait for DNS",
            )
        case TimeoutError():
            verdict, text = TransientError, f"the relay did not answer in time during {step}. Wait"
        case _:
            verdict, text = TransientError, f"the relay cannot be reached ({type(error).__name__}). Wait"
    return verdict(f"{where}: {text}.")


def _reply(step: str, error: smtplib.SMTPResponseException) -> tuple[type[DataFlowError], str]:
    """What a reply code says (RFC 5321 section 4.2, RFC 4954 section 6 for the login)."""
    code = error.smtp_code
    if 400 <= code < 500:
        return TransientError, f"the relay puts off {step} with code {code}. Wait"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return ConfigError, f"the relay refuses the login with code {code}. Renew it on the page"
    if code == 530:
        return ConfigError, "the relay asks for a login (code 530). Put a username and a password on the page"
    if code == 552:
        return DeliveryError, "the message is larger than the relay takes (code 552). Nothing was sent"
    return DeliveryError, f"the relay refuses {step} with code {code}. Ask its owner"


def explain_recipients(
    where: str, refused: dict[str, tuple[int, bytes]], recipients: Collection[str]
) -> DataFlowError:
    """The error for refused recipients: which in the list, by number, and why, by code."""
    codes = [code for code, _ in refused.values()]
    reasons = ", ".join(f"code {code}: {count}" for code, count in sorted(Counter(codes).items()))
    everybody = len(refused) == len(set(recipients))
    if everybody and all(400 <= code < 500 for code in codes):
        return TransientError(f"{where}: the relay puts off every recipient ({reasons}). Wait.")
    numbers = ", ".join(str(number) for number, address in enumerate(recipients, 1) if address in refused)
    rest = "Nobody received the message." if everybody else "The others received the message."
    return DeliveryError(
        f"{where}: {len(refused)} of {len(recipients)} recipients are refused ({reasons}): number {numbers} of "
        f"the list. {rest} Correct the addresses."
    )
