"""Pages of S3 buckets, Amazon's and others'."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from common.blocks.file_store import FileStorePage
from common.blocks.secrets import SecretReference, required

if TYPE_CHECKING:
    from common.connectors.s3 import S3

__all__ = ["S3Bucket"]


class S3Bucket(FileStorePage):
    """A bucket of Amazon S3, or of a store that speaks like it, such as MinIO.

    Example:
        ```python
        from common.blocks import S3Bucket

        handshake = S3Bucket.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Campus S3 bucket"
    kind: ClassVar[str] = "s3"

    bucket: str = Field(description="Name of the bucket.")
    region: str = Field(default="us-east-1", description="Region that the bucket is in.")
    endpoint: str = Field(
        default="",
        description="Address of a store other than Amazon's, such as https://minio.campus.example.",
    )
    access_key_id: str = Field(title="Access key id", description="Id of the access key that the flows use.")
    secret_access_key: SecretReference = Field(
        title="Secret access key", description="Secret that belongs to the access key."
    )
    replace: bool = Field(
        default=True, description="Off where a file that is there must never be replaced by a new one."
    )
    encryption: Literal["", "AES256", "aws:kms"] = Field(
        default="", description="Encryption at rest to ask for; empty for what the bucket does by itself."
    )
    kms_key: str = Field(
        default="", title="KMS key", description="Key to encrypt with, where encryption is aws:kms."
    )

    @classmethod
    def place(cls, entries: Mapping[str, Any]) -> str:
        return "/".join(filter(None, (entries.get("endpoint"), entries["bucket"])))

    def open(self, name: str) -> "S3":
        from common.connectors.s3 import S3

        return S3(
            name=name,
            bucket=self.bucket,
            region=self.region,
            endpoint=self.endpoint,
            access_key_id=self.access_key_id,
            secret_access_key=required(self.secret_access_key, page=name, field="secret_access_key"),
            path=self.path,
            replace=self.replace,
            encryption=self.encryption,
            kms_key=self.kms_key,
        )
