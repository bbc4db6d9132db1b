"""Graph's list of managed devices, page by page: what the frequent reading and the complete one have in common."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urlsplit

import msgspec

from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import UnusableAnswer
from services.intake.polling.links import parts_of
from services.intake.sources.intune.translation import FIELDS
from services.intake.translation import Untranslatable, decode_json

PATH = "/v1.0/deviceManagement/managedDevices"
PAGE_SIZE = 1000
_SELECT = f"$select={','.join(FIELDS)}"


class _List(msgspec.Struct):
    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


_list = msgspec.json.Decoder(_List)


class ListPage(NamedTuple):
    """A page's records as they came, and the next page to ask for; None after the last."""

    records: list[bytes]
    following: Call | None


class ManagedDevices:
    """The list at a Graph address."""

    def __init__(self, graph_url: str) -> None:
        self._base = graph_url.rstrip("/")
        self._root = urlsplit(self._base)

    def first(self, condition: str = "") -> Call:
        """Ask for the list from its start, all of it or what meets an OData condition."""
        url = f"{self._base}{PATH}?$top={PAGE_SIZE}&{_SELECT}"
        return Call(url + ("&$filter=" + quote(condition, safe="") if condition else ""))

    def one(self, device_id: str) -> Call:
        """Ask for one record by its id. That there is none is an answer too."""
        return Call(f"{self._base}{PATH}/{quote(device_id, safe='')}?{_SELECT}", accepted=frozenset({200, 404}))

    def read(self, answer: Answer, asked: Call) -> ListPage:
        """The page that answers `asked`. Raises UnusableAnswer if it is none."""
        try:
            page = decode_json(_list, answer.body)
        except Untranslatable as error:
            raise UnusableAnswer(str(error)) from None
        following = Call(self._checked(page.next_link, asked)) if page.next_link else None
        return ListPage([bytes(record) for record in page.value], following)

    def _checked(self, link: str, asked: Call) -> str:
        """The link, if it leads to the list on the configured host: it will carry our token."""
        parts = parts_of(link)
        if (parts.scheme, parts.netloc, parts.path) != (self._root.scheme, self._root.netloc, self._root.path + PATH):
            raise UnusableAnswer("@odata.nextLink leads away from the configured Graph address")
        if link == asked.url:
            raise UnusableAnswer("@odata.nextLink leads back to the same page")
        return link
