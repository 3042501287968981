"""Partner servers for laptops and tests: what they receive lies in files, to be looked at.

They are real servers on loopback, so a connector is tested by its protocol. They are no evidence for what a
partner's own software does: its checks of a file's content, its limits, its opening hours.
"""

from common.sandbox.partners.http import HttpFault, HttpPartner
from common.sandbox.partners.http_system import HttpSystem
from common.sandbox.partners.mail import MailPartner, MailSystem
from common.sandbox.partners.sftp import SftpPartner
from common.sandbox.partners.sftp_folder import SftpSystem

__all__ = [
    "HttpFault",
    "HttpPartner",
    "HttpSystem",
    "MailPartner",
    "MailSystem",
    "SftpPartner",
    "SftpSystem",
]
