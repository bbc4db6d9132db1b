"""All of the workspace's memory behind one door."""

from __future__ import annotations

from deploy.local.workspace.seed import Seed
from deploy.local.workspace.store.connection import Connection
from deploy.local.workspace.store.files import Files
from deploy.local.workspace.store.messages import Messages
from deploy.local.workspace.store.people import People
from deploy.local.workspace.store.response_urls import ResponseUrls
from deploy.local.workspace.store.views import Views


class Store:
    """Opens the file, sows the seed and offers one reader and writer a subject."""

    def __init__(self, path: str, seed: Seed, now: int) -> None:
        self._connection = Connection(path)
        self.people = People(self._connection)
        self.messages = Messages(self._connection)
        self.views = Views(self._connection)
        self.files = Files(self._connection)
        self.response_urls = ResponseUrls(self._connection)
        self.people.sow(seed, now)
        self.views.close_all_modals()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
