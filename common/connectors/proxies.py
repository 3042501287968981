"""Whether the way to a server leads through a proxy of the environment, as httpx and boto take it by themselves."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

__all__ = ["behind_proxy"]


def behind_proxy(url: str) -> bool:
    """The proxy resolves the name then and makes the connection, and perhaps nobody else can."""
    parts, proxies = urlsplit(url), getproxies()
    return bool(proxies.get(parts.scheme) or proxies.get("all")) and not proxy_bypass(parts.hostname or "")
