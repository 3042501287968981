"""The page types, so that the dashboard can make a page before any flow has used one."""

import inspect
from uuid import UUID

from prefect.blocks.core import Block
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import BlockType
from prefect.exceptions import ObjectNotFound

from common import blocks
from common.deployment.outcome import Outcome

__all__ = ["block_types", "set_up_block_type"]


def block_types() -> list[type[Block]]:
    """Every kind of page, after what pages point at: Prefect registers that along with them."""
    named = [getattr(blocks, name) for name in blocks.__all__]
    kinds = [k for k in named if inspect.isclass(k) and issubclass(k, Block) and not inspect.isabstract(k)]
    return sorted(kinds, key=lambda kind: (issubclass(kind, blocks.Page), kind.get_block_type_name()))


def set_up_block_type(client: SyncPrefectClient, kind: type[Block]) -> Outcome:
    """Registers a block type, or its new form: documents keep the form they were saved with until they are edited."""
    before = _registered(client, kind)
    kind.register_type_and_schema()
    if before is None:
        return "created"
    return "unchanged" if _registered(client, kind) == before else "updated"


def _registered(client: SyncPrefectClient, kind: type[Block]) -> tuple[dict[str, object], str | None] | None:
    """How the server describes the type, and the checksum of the form that it gives new documents."""
    try:
        found: BlockType = client.read_block_type_by_slug(kind.get_block_type_slug())
    except ObjectNotFound:
        return None
    schema = client.get_most_recent_block_schema_for_block_type(UUID(str(found.id)))
    return found.model_dump(exclude={"created", "updated"}), schema.checksum if schema else None
