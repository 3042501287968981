"""Private keys that log in to file servers."""

from datetime import date

from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, SecretStr

from common.blocks.page import Page

__all__ = ["SshKey"]


class SshKey(Block):
    """A private key that logs in to one or more servers.

    While it is rotated there is a previous one as well: a server that refuses the new key is asked with that.

    Example:
        ```python
        from common.blocks import SshKey

        key = SshKey.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus SSH key"
    _documentation_url = Page._documentation_url
    _logo_url = Page._logo_url

    model_config = ConfigDict(hide_input_in_errors=True)

    private_key: SecretStr = Field(description="Private key in PEM or OpenSSH format.")
    passphrase: SecretStr | None = Field(default=None, description="Passphrase of the private key.")
    previous_private_key: SecretStr | None = Field(
        default=None,
        description="Key that is tried where the private key is refused, until all partners have it.",
    )
    previous_passphrase: SecretStr | None = Field(default=None, description="Passphrase of the previous key.")
    made_on: date | None = Field(default=None, description="Day on which the private key was made.")
