"""Under which address phones reach this server, and the settings code that takes them there.

A code that carries a loopback address would lead a phone to itself, so none is made; the machine's addresses in its
networks are offered instead.
"""

import base64
import ipaddress
import json
import socket
import zlib
from typing import Any
from urllib.parse import quote, urlsplit

import psutil

from api.pages.contexts import LanOffer, Unreachable


def is_loopback(address: str) -> bool:
    """Tell whether an address ("http://127.0.0.1:8383") means whoever asks."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_plain(address: str) -> bool:
    """Tell whether what goes to an address can be read on its way: http, and another machine."""
    return urlsplit(address).scheme == "http" and not is_loopback(address)


def check(address: str, path: str, bound: str | None, *, is_open_lan: bool) -> Unreachable | None:
    """Say why no code can be made for an address, with what could be done; None where one can.

    `bound` is what the server listens on ("0.0.0.0:8383"), where known; `path` is this page's own. It is offered under
    another address where one can log in there: over https, or where plain http may carry passwords (`is_open_lan`).
    """
    if not is_loopback(address):
        return None
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    everywhere = (bound or "").rpartition(":")[0] in ("0.0.0.0", "[::]", "*")  # noqa: S104 - compared, not bound
    can_come_back = everywhere and (parts.scheme == "https" or is_open_lan)
    offers = []
    for own in _lan_addresses():
        lan = f"{parts.scheme}://{own}:{port}"
        offers.append(
            LanOffer(
                address=lan, bind=f"0.0.0.0:{port}", is_listening=can_come_back, url=lan + path if can_come_back else ""
            )
        )
    return Unreachable(address, tuple(offers))


def settings(address: str, token: str, project_id: int, project_name: str) -> str:
    """Write the settings that ODK Collect scans: JSON, zlib, base64 on one line (Collect, settings QR code)."""
    value = {
        "general": {
            "server_url": f"{address}/v1/key/{token}/projects/{project_id}",
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
            # A phone that is lost should hold as little as can be.
            "delete_send": True,
        },
        "project": {"name": project_name},
        "admin": {"change_server": False, "edit_saved": False, "view_sent": False, "save_mid": False},
    }
    return _packed(value)


def draft_settings(address: str, token: str, project_id: int, form_id: str, title: str) -> str:
    """Write the settings with which Collect tries a draft, as ODK Central writes them (Collect, settings QR code)."""
    value = {
        "general": {
            "server_url": f"{address}/v1/test/{token}/projects/{project_id}/forms/{quote(form_id, safe='')}/draft",
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "project": {"name": f"[Draft] {title}", "icon": "📝"},
        "admin": {},
    }
    return _packed(value)


def _packed(value: dict[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _lan_addresses() -> list[str]:
    """List this machine's own IPv4 addresses that others could reach, private ones first."""
    found = {
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == socket.AF_INET
    }
    reachable = [a for a in map(ipaddress.ip_address, found) if not (a.is_loopback or a.is_link_local)]
    return [str(a) for a in sorted(reachable, key=lambda a: (not a.is_private, a))]
