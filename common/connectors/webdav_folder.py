"""What a WebDAV server tells of its files (RFC 4918 section 9.1)."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit

from lxml import etree

from common.connectors.file_store import RemoteFile

__all__ = ["PROPERTIES", "Member", "parse_members"]

PROPERTIES = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop>'
    b"<resourcetype/><getcontentlength/><getlastmodified/></prop></propfind>"
)
"""The body of a PROPFIND for what ``parse_members`` reads."""

_FOUND = " 200 "


@dataclass(frozen=True, slots=True)
class Member:
    """One file or folder of an answer, by its path on the server."""

    path: str
    folder: bool
    file: RemoteFile


def parse_members(body: bytes) -> tuple[Member, ...]:
    """The members that a multistatus names; ValueError where the body is none."""
    # an answer comes from outside: nothing that it refers to is loaded
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("no XML") from error
    if root.tag != "{DAV:}multistatus":
        raise ValueError("no multistatus")
    return tuple(_member(response) for response in root.iterfind("{DAV:}response"))


def _member(response: "etree._Element") -> Member:
    path = unquote(urlsplit(response.findtext("{DAV:}href") or "").path).rstrip("/")
    found = [
        properties
        for status in response.iterfind("{DAV:}propstat")
        if _FOUND in (status.findtext("{DAV:}status") or "")
        for properties in status.iterfind("{DAV:}prop")
    ]
    texts = {str(child.tag): child.text or "" for properties in found for child in properties}
    folder = any(properties.find("{DAV:}resourcetype/{DAV:}collection") is not None for properties in found)
    size = texts.get("{DAV:}getcontentlength", "")
    modified = _moment(texts.get("{DAV:}getlastmodified", ""))
    name = path.rpartition("/")[2]
    return Member(path, folder, RemoteFile(name, int(size) if size.isdecimal() else 0, modified))


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None
