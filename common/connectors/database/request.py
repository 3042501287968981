"""What a database was asked to do, as its errors tell it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from common.connectors.database.target import Load
from common.errors import DataFlowError, DeliveryError, SourceError
from common.query import Bind, Change, Query

__all__ = ["Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """One query, load or change.

    what: begins a sentence about it. text: its SQL. refused: the class of error for a database that does not do it.
    advice: what to do then.
    """

    what: str
    advice: str
    refused: type[DataFlowError]
    text: str = ""
    binds: Mapping[str, Bind] = field(default_factory=dict, repr=False)

    @classmethod
    def reading(cls, query: Query) -> "Request":
        advice = "Correct the query, or ask the database's owner for the grant."
        return cls(query.name, advice, SourceError, query.text, query.binds)

    @classmethod
    def changing(cls, change: Change) -> "Request":
        advice = "Nothing was changed. Correct the statement, or ask the database's owner for the grant."
        return cls(change.name, advice, DeliveryError, change.text, change.binds)

    @classmethod
    def loading(cls, load: Load) -> "Request":
        advice = (
            "Nothing was loaded. Correct the flow or the table, or ask the database's owner for the grant."
        )
        return cls(f"the load of {load.table}", advice, DeliveryError)
