"""What a person sees while a network grows: a live panel on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from sparsegrow.base.display import Display, Speaker, on_terminal
from sparsegrow.growth.controller import Decision

if TYPE_CHECKING:
    from rich.console import RenderableType

Figures = dict[str, Any]

STOPPING = "stopping when this round is over and saved; Ctrl-C again stops at once"


class Standing(NamedTuple):
    """How far a run is: the share of its budget that is used, and the seconds left."""

    used: float
    left: float


class View(Display):
    """The silent view, and the interface of the others."""

    def training(self, figures: Figures, standing: Standing) -> None:
        """Show where the present round stands."""

    def measured(self, figures: Figures, standing: Standing) -> None:
        """Show a round that is over."""

    def judged(self, decisions: list[Decision], rolled_back: bool) -> None:
        """Show what was decided in a round and what became of it."""

    def stopping(self) -> None:
        """Show that the run stops when this round is over."""


class Lines(View, Speaker):
    """Plain lines on standard error: one every ten seconds, and one per rollback."""

    INTERVAL = 10.0

    def __init__(self) -> None:
        self.told = False  # that it stops

    def measured(self, figures: Figures, standing: Standing) -> None:
        """Speak up if nothing has been said for a while."""
        if self.silent_for(self.INTERVAL):
            self.say(line_of(figures))

    def judged(self, decisions: list[Decision], rolled_back: bool) -> None:
        """Say that a round was rolled back."""
        if rolled_back:
            self.say(f"rolled back: {counted(decisions)}")

    def stopping(self) -> None:
        """Say so, once."""
        if not self.told:
            self.say(STOPPING)
        self.told = True


class Live(View):
    """A panel on standard error that is drawn anew while the network grows."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live as LiveDisplay

        self.figures: Figures = {}
        self.standing = Standing(0.0, 0.0)
        self.best = float("inf")
        self.events: deque[str] = deque(maxlen=5)
        self.display = LiveDisplay(console=Console(stderr=True), auto_refresh=False)

    def start(self) -> None:
        """Begin to draw."""
        self.display.start()

    def stop(self) -> None:
        """End the drawing."""
        self.display.stop()

    def training(self, figures: Figures, standing: Standing) -> None:
        """Draw anew."""
        self.show(figures, standing)

    def measured(self, figures: Figures, standing: Standing) -> None:
        """Keep the best figure and draw anew."""
        self.best = min(self.best, figures["val_bpc"])
        self.show(figures, standing)

    def judged(self, decisions: list[Decision], rolled_back: bool) -> None:
        """Keep the event for the list."""
        what = "[red]rolled back[/red]" if rolled_back else "[green]kept[/green]"
        self.events.append(f"{what} {counted(decisions)}")

    def stopping(self) -> None:
        """Say so below the figures."""
        if STOPPING not in self.events:
            self.events.append(STOPPING)
            self.show(self.figures, self.standing)

    def show(self, figures: Figures, standing: Standing) -> None:
        """Draw the panel."""
        self.figures, self.standing = figures, standing
        self.display.update(self.panel(), refresh=True)

    def panel(self) -> RenderableType:
        """Return the panel."""
        from rich.console import Group
        from rich.panel import Panel
        from rich.table import Table

        table = Table.grid(padding=(0, 3))
        for _ in range(4):
            table.add_column(justify="left")
            table.add_column(justify="right", style="bold")
        cells = cells_of(self.figures, self.best)
        for row in range(0, len(cells), 4):
            table.add_row(*(text for cell in cells[row : row + 4] for text in cell))
        shown = Group(table, *self.events)
        return Panel(shown, title=f"sparsegrow  {self.left()}", title_align="left")

    def left(self) -> str:
        """Return how far the run is, and the time left."""
        return f"{self.standing.used:.0%} done, {clock(self.standing.left)} left"


def view_for(wanted: bool) -> View:
    """Return the view that suits where the program runs."""
    if not wanted:
        return View()
    return Live() if on_terminal() else Lines()


def cells_of(figures: Figures, best: float) -> list[tuple[str, str]]:
    """Return names and figures, four to a row."""
    train = figures["train_bpc"]
    return [
        ("bits/char", f"{figures['val_bpc']:.3f}"),
        ("best", f"{min(best, figures['val_bpc']):.3f}"),
        ("in training", "-" if train is None else f"{train:.3f}"),
        ("chars/s", f"{figures['chars_per_second']:,}"),
        ("parameters", f"{figures['params']:,}"),
        ("edges", f"{figures['edges']:,}"),
        ("patterns", f"{figures['patterns']:,}"),
        ("memory", f"{figures['bytes'] / 1e6:.0f} MB"),
        ("hidden", f"{figures['hidden']:,}"),
        ("depth", f"{figures['max_depth']}"),
        ("context", f"{figures['max_context']}"),
        ("memory neurons", f"{figures['memory_neurons']}"),
        ("accepted", f"{figures['accepted']:,}"),
        ("rejected", f"{figures['rejected']:,}"),
        ("rolled back", f"{figures['rolled_back']:,}"),
        ("time", clock(figures["seconds"])),
    ]


def line_of(figures: Figures) -> str:
    """Return a round's figures on one line."""
    return (
        f"{clock(figures['seconds'])}  {figures['val_bpc']:.3f} bits/char, "
        f"{figures['params']:,} parameters, {figures['hidden']:,} hidden, depth "
        f"{figures['max_depth']}, context {figures['max_context']}, "
        f"{figures['memory_neurons']} memory, {figures['patterns']:,} patterns, "
        f"{figures['accepted']:,} accepted, {figures['rejected']:,} rejected, "
        f"{figures['rolled_back']:,} rolled back, {figures['chars_per_second']:,} chars/s"
    )


def counted(decisions: list[Decision]) -> str:
    """Return how many mutations of each kind were accepted."""
    kinds: dict[str, int] = {}
    for decision in decisions:
        if decision.accepted:
            kinds[decision.kind] = kinds.get(decision.kind, 0) + 1
    return ", ".join(f"{kind} x{count}" for kind, count in kinds.items()) or "nothing"


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
