"""An answer so far, as it is painted while it streams."""

from __future__ import annotations

from nbchat import render
from nbchat.events import Event, Notice
from nbchat.frontends.notebook.progress import Progress
from nbchat.messages import Image, Text, Thought, is_picture
from nbchat.picture_words import picture_words


class GrowingAnswer:
    """What has been said, thought and noticed. Times are seconds of one clock."""

    def __init__(self, model: str, start: float) -> None:
        self.progress = Progress(model, start)
        self.blocks = render.LongBlocks()
        self.notices: list[str] = []
        # What front-ends without HTML show meanwhile.
        self.as_text = f"{model} · {render.STILL_ARRIVING}"
        self._thought: list[str] = []

    def take(self, event: Event, now: float) -> None:
        """Add what has arrived."""
        match event:
            case Text(text) if text:
                self.blocks.feed(event.spaced)
                self.progress.count(text, now, thinks=False)
            case Thought(text) if text:
                self._thought.append(event.spaced)
                self.progress.count(text, now, thinks=True)
            case Image() if is_picture(event):
                self.blocks.feed(f"\n\n{picture_words(event)}")
            case Notice(text):
                self.notices.append(text)

    @property
    def has_words(self) -> bool:
        """Whether there is anything besides thinking to be read."""
        return bool(self.blocks.settled or self.blocks.tail)

    @property
    def thought(self) -> str:
        """All that was thought."""
        return "".join(self._thought)

    @property
    def thoughts(self) -> int:
        """In how many pieces it came."""
        return len(self._thought)

    def status_line(self, now: float) -> str:
        """The line below the open end: also of what is saved before the answer has ended."""
        return f"{self.progress.status_line(now)} · {render.STILL_ARRIVING}"
