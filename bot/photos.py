"""Photos of a request, for those who need to see them: a copy in their own conversation with us, which goes again.

What is put into a form's file field is its uploader's alone: a link to it opens for nobody else, and no file goes
with an ephemeral message (slackapi/node-slack-sdk issue 1790: a direct message is the way to show one person a file).
An image block may name a file of Slack's, but only a picture that who posts it may see
(docs.slack.dev/reference/block-kit/composition-objects/slack-file-object), and that it was posted lets others see it
than those meant (slackapi/bolt-python issue 1018). So the bot reads the photo (`files:read`, which the field itself
asks for: docs.slack.dev/reference/block-kit/block-elements/file-input-element) and uploads it into the direct
conversation of who pressed (`files:write`). A copy is noted before it exists, so that after a crash, too, it goes when
policy says. The picture itself is its owner's, and lies in Slack alone.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from uuid import UUID

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.uploads import Upload, Uploads
from services.access.viewer import Viewer
from services.clock import Clock
from services.database.pool import TEMPORARY_ERRORS, Pool
from services.database.statements import load_statements
from services.errors import BadInput
from services.lifecycle import OwnedTasks

SQL = load_statements(__file__, "photos.sql")
LOOK_SECONDS = 60.0
MOST_AT_ONCE = 50
PUT_OFF = timedelta(hours=1)
"""Until a copy that Slack would not delete is tried again, behind all others."""
_FILE_ID = re.compile(r"(?<![A-Za-z0-9])F[A-Z0-9]{6,}(?![A-Za-z0-9])")
_GONE = frozenset({"file_not_found", "file_deleted"})
_NO_MORE = "Slack does not have that photo any more; ask whoever asked for it to send it to you."

log = structlog.stdlib.get_logger()


class Photos:
    """Shows copies, and deletes those whose time is over, for as long as it runs. `keep` is how long one stays."""

    def __init__(self, pool: Pool, clock: Clock, client: AsyncWebClient, uploads: Uploads, keep: timedelta) -> None:
        self._pool = pool
        self._clock = clock
        self._client = client
        self._uploads = uploads
        self._keep = keep
        self._tasks = OwnedTasks("bot photos")

    async def start(self) -> None:
        """Begin looking for copies whose time is over."""
        self._tasks.start(self._run(), "forget photos")

    async def stop(self) -> None:
        """Stop. What is not deleted yet is deleted by the next."""
        await self._tasks.stop()

    def ready(self) -> bool:
        """True while it looks."""
        return not self._tasks.failed.is_set()

    async def show(self, viewer: Viewer, channel: str, request_id: UUID, link: str, title: str) -> None:
        """Upload a copy of the photo at `link` into a conversation. Raises BadInput where Slack has it no more."""
        upload = await self._read(link)
        begun = await self._client.files_getUploadURLExternal(
            filename=upload.name, length=len(upload.content), alt_txt=title
        )
        file_id, now = str(begun["file_id"]), self._clock.now()
        await self._pool.execute(SQL["note_copy"], file_id, request_id, viewer.email, now, now + self._keep)
        await self._uploads.send(str(begun["upload_url"]), upload.content)
        await self._client.files_completeUploadExternal(files=[{"id": file_id, "title": title}], channel_id=channel)

    async def forget(self) -> int:
        """Delete the copies whose time is over; how many. One that Slack would not delete waits, and keeps no other."""
        now, forgotten = self._clock.now(), 0
        for row in await self._pool.fetch(SQL["copies_over"], now, MOST_AT_ONCE):
            file_id = row["file_id"]
            try:
                await self._client.files_delete(file=file_id)
            except SlackApiError as error:
                if (why := error.response["error"]) not in _GONE:
                    log.warning("Slack deleted no copy of a photo; it is tried again", file=file_id, error=why)
                    await self._pool.execute(SQL["put_off"], file_id, now + PUT_OFF)
                    continue
            await self._pool.execute(SQL["forget_copy"], file_id)
            forgotten += 1
        return forgotten

    async def _read(self, link: str) -> Upload:
        found = _FILE_ID.search(link)
        if found is None:
            raise BadInput(_NO_MORE, where="photo")
        try:
            answer = await self._client.files_info(file=found[0])
        except SlackApiError as error:
            if error.response["error"] in _GONE:
                raise BadInput(_NO_MORE, where="photo") from None
            raise
        return await self._uploads.fetch(answer["file"], "photo")

    async def _run(self) -> None:
        while True:
            try:
                await self.forget()
            except TEMPORARY_ERRORS as error:
                log.warning("copies of photos are deleted later", error=repr(error))
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                log.warning("Slack deletes no copies of photos now; it is tried again", error=repr(error))
            await asyncio.sleep(LOOK_SECONDS)
