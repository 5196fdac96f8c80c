"""Where a unit's facts may be sent: to an address of its own, never to this host or what only this host reaches.

The name is looked up once, and what was looked at is what is connected to: a name that leads elsewhere a moment later
(DNS rebinding) leads nowhere.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import Final

import httpx

from shared.problems import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_NOBODYS: Final = (
    ipaddress.IPv4Network("0.0.0.0/8"),
    ipaddress.IPv4Network("100.100.100.200/32"),  # a cloud's own particulars, as 169.254.169.254 is elsewhere
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv6Network("fd00:ec2::254/128"),
)


class BadAddress(Refused):
    """The address is none that facts are sent to."""

    row = 78
    zh = "接收地址不可用：{reason}"
    en = "The address cannot be used: {reason_en}"


@dataclass(frozen=True, slots=True)
class Target:
    """An address looked up: where to connect, and what to ask there for."""

    url: httpx.URL
    host: str
    name: str
    """What its certificate must be for."""


def _bad(reason: str, reason_en: str) -> BadAddress:
    return BadAddress(path="url", reason=reason, reason_en=reason_en)


async def reachable(url: str, *, here: bool) -> Target:
    """Return where an address leads; refuse one that is no http(s) one, or lies on this host or its link.

    `here` allows addresses of this host: for trying out.
    """
    try:
        asked = httpx.URL(url)
        host, port = asked.host.rstrip("."), asked.port or (443 if asked.scheme == "https" else 80)
    except (httpx.InvalidURL, ValueError):
        raise _bad("地址或端口不对", "its host or port is none") from None
    if asked.scheme not in {"http", "https"} or not host or asked.userinfo:
        raise _bad("应为不含口令的 http(s) 地址", "it must be an http(s) address without a password")
    if here:
        return Target(asked, asked.netloc.decode("ascii"), host)
    if "." not in host and ":" not in host:
        raise _bad("主机应为完整域名或 IP 地址", "its host must be a full name or an IP address")
    found = await _looked_up(host, port)
    if any(map(_is_ours, found)):
        raise _bad("不得为本机或链路本地地址", "it is this host's own or a link-local one")
    return Target(asked.copy_with(host=str(found[0])), asked.netloc.decode("ascii"), host)


async def _looked_up(host: str, port: int) -> list[Address]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [ipaddress.ip_address(str(where[0]).partition("%")[0]) for *_, where in found]
    except (OSError, UnicodeError, ValueError, OverflowError):
        raise _bad("找不到该主机", "its host is unknown") from None


def _is_ours(address: Address) -> bool:
    """Tell whether an address is of this host, its link, or of no host; as such or wrapped into another one."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None and _is_ours(wrapped):
            return True
    nobodys = address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast
    return nobodys or any(address in network for network in _NOBODYS) or _is_this_host(address)


def _is_this_host(address: Address) -> bool:
    """Tell whether the system would talk to an address from that very address."""
    family = socket.AF_INET if isinstance(address, ipaddress.IPv4Address) else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), 9))  # sends nothing
        except OSError:
            return False
        return ipaddress.ip_address(str(probe.getsockname()[0]).partition("%")[0]) == address
