"""The systems that the shared partner servers serve in tests, each with one peculiarity."""

from common.sandbox.partners import HttpSystem, MailSystem, SftpSystem

__all__ = ["HTTP_SYSTEMS", "MAIL_SYSTEMS", "PASSWORD", "SFTP_SYSTEMS", "TOKEN"]

PASSWORD = "correct-horse-7391"
TOKEN = "token-5480-battery"

SFTP_SYSTEMS = {
    system.name: system
    for system in (
        SftpSystem("plain", username="plain", password=PASSWORD, folders=("/incoming",)),
        SftpSystem("nearly-full", username="nearly-full", password=PASSWORD, quota_bytes=100_000),
        SftpSystem("old-server", username="old-server", password=PASSWORD, posix_rename=False),
        SftpSystem("no-renames", username="no-renames", password=PASSWORD, forbid_rename=True),
        SftpSystem("collecting", username="collecting", password=PASSWORD, moves_on_arrival=True),
    )
}

HTTP_SYSTEMS = {
    system.name: system
    for system in (
        HttpSystem("engage", token=TOKEN, page_size=3),
        HttpSystem("parking", username="campus", password=PASSWORD),
        HttpSystem("keyed", api_key=TOKEN),
        HttpSystem("tokens", client_id="campus", client_secret=PASSWORD),
    )
}

MAIL_SYSTEMS = {
    system.name: system
    for system in (
        MailSystem(
            "relay",
            refused=frozenset({"nobody@mail.example"}),
            deferred=frozenset({"later@mail.example"}),
        ),
        MailSystem("submission", username="campus", password=PASSWORD),
    )
}
