"""Delivery to a folder: exact, for a file is there or it is not."""

import asyncio
import os
from pathlib import Path

from services.bulletin.delivery.parcel import Arrived, CannotDeliverError, PutOffError, file_name, words
from services.bulletin.tables import DeliveryRow, EditionRow


class FolderSender:
    """Puts editions below the outbox folder."""

    def __init__(self, outbox: Path) -> None:
        """Take the folder above the recipients'."""
        self._outbox = outbox

    async def send(self, row: DeliveryRow, edition: EditionRow) -> Arrived:
        """Write the file."""
        try:
            return await asyncio.to_thread(self._write, row, edition)
        except OSError as error:
            # Where the outbox lies on the server is nobody's business who looks at deliveries.
            reason = error.strerror or type(error).__name__
            raise PutOffError(words(f"文件夹写不进去 the folder cannot be written: {reason}")) from error

    def _write(self, row: DeliveryRow, edition: EditionRow) -> Arrived:
        """Put the file in place whole: readers of the folder never see half a bulletin."""
        folder = (self._outbox / row.address).resolve()
        if not folder.is_relative_to(self._outbox.resolve()):
            raise CannotDeliverError(f"the folder {row.address} lies outside the outbox")
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / file_name(edition)
        partial = target.with_suffix(f".{row.revision}.part")
        partial.write_bytes(edition.pdf)
        with partial.open("rb") as file:
            os.fsync(file.fileno())  # what is noted as delivered is still there after a power cut
        partial.replace(target)
        return Arrived(f"已写入 written {target.name}", len(edition.pdf))
