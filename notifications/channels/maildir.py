"""Maildir: mail into folders on this machine, one mailbox per person, for a demo or a look at what would be sent."""

import os
from dataclasses import dataclass
from hashlib import sha256
from mailbox import Maildir as Mailbox
from pathlib import Path
from urllib.parse import quote

from notifications.channels.channels import Channel, Post


@dataclass
class Maildir(Channel):
    """Mailboxes under *folder*, each named after its address; every mail program that knows maildir can open them."""

    folder: Path
    name: str = "maildir"

    def send(self, post: Post) -> None:
        """Put *post* among the new mail of its reader; the same post again replaces itself."""
        box = self.folder / quote(str(post.message.address).lower(), safe="@+-_").lstrip(".")
        if not (box / "new").is_dir():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            Mailbox(box, create=True).close()
        waiting = box / "tmp" / _file_name(post)
        try:
            waiting.write_bytes(post.wire)
            os.utime(waiting, (post.message.at.timestamp(),) * 2)
            waiting.replace(box / "new" / waiting.name)
        finally:
            waiting.unlink(missing_ok=True)  # on a full disk half a mail would stay

    def close(self) -> None:
        """There is nothing to end."""


def _file_name(post: Post) -> str:
    """A name that sorts by time and says what the mail is, unlike the usual ones of a maildir."""
    mark = sha256(post.message_id.encode()).hexdigest()[:8]
    return f"{post.message.at:%Y-%m-%dT%H%M}-{post.message.template}-{mark}.eml"
