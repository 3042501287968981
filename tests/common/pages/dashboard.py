"""A page in the dashboard: what its form shows, and what it sends when it is saved."""

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import BlockDocumentUpdate
from prefect.client.schemas.objects import BlockDocument

from common.pages.server import read_documents

__all__ = ["document_named", "save_form"]


def document_named(name: str) -> BlockDocument:
    """As the server hands it out to everybody: without secrets."""
    with get_client(sync_client=True) as client:
        return next(document for document in read_documents(client) if document.name == name)


def save_form(name: str, **values: object) -> None:
    """Saves a document as the form does, seen in a browser: all fields that differ from their defaults, references as
    such, ``********`` for a secret that was not touched, ``{}`` for one that the page does not have.
    """
    document = document_named(name)
    references = {
        field: {"$ref": {"block_document_id": str(reference["block_document"]["id"])}}
        for field, reference in document.block_document_references.items()
    }
    data = {field: value for field, value in document.data.items() if value not in ("", None, 22, "/")}
    empty = {"password": {}} if document.data.get("password") is None else {}
    with get_client(sync_client=True) as client:
        update = BlockDocumentUpdate(data=data | empty | references | values, merge_existing_data=False)
        client.update_block_document(document.id, update)
