"""Chat alerts (webhooks): one line of ids and counts for the manager, never a person or what they wrote."""

from collections.abc import Sequence

import apprise

from notifications.channels.channels import PassingFailure, Post


class Chat:
    """The chats behind the addresses *urls*, as apprise writes them (`slack://…`, `msteams://…`)."""

    name = "chat"

    def __init__(self, urls: Sequence[str]) -> None:
        self._targets = apprise.Apprise()
        for position, url in enumerate(urls, start=1):
            if not self._targets.add(url):
                # The address itself holds a secret, so only its place is told.
                message = (
                    f"chat address {position} is not understood; write it as apprise documents it"
                )
                raise ValueError(message)

    def wants(self, post: Post) -> bool:
        """Whether *post* is an alert for the chat."""
        return post.message.alert is not None

    def send(self, post: Post) -> None:
        """Say the alert of *post*; other posts are passed over. Raises PassingFailure when no chat took it."""
        if post.message.alert is None:
            return
        if not self._targets.notify(body=post.message.alert, body_format=apprise.NotifyFormat.TEXT):
            raise PassingFailure("chat-unreachable", of="server")

    def close(self) -> None:
        """There is nothing to end."""
