"""What a benchmark run found: printed while it runs, and as ratios at its end."""

from dataclasses import asdict, dataclass

from load import Figure

# Above this many cores taken by others, a figure gets a note: caches and hyper-threads are shared.
BUSY_CORES = 0.25


@dataclass
class Ratio:
    """How many times Stator's CPU a peer takes for the same answer."""

    task: str
    peer: str
    value: float
    target: float | None

    @property
    def missed(self) -> bool:
        return self.target is not None and self.value < self.target


@dataclass
class Limit:
    """A figure of Stator alone with the most that it may be."""

    name: str
    value: float
    unit: str
    limit: float | None

    @property
    def missed(self) -> bool:
        return self.limit is not None and self.value > self.limit


class Report:
    """Collects figures, ratios and limits."""

    def __init__(self):
        self.figures: list[tuple[str, Figure]] = []
        self.ratios: list[Ratio] = []
        self.limits: list[Limit] = []

    def title(self, text: str) -> None:
        """A heading above the figures that follow."""
        print(f"\n{text}", flush=True)

    def skip(self, what: str, reason: str) -> None:
        """Says what is not measured, and why."""
        print(f"  skipped: {what}: {reason}", flush=True)

    def figure(self, task: str, figure: Figure, note: str = "") -> None:
        """One server's figure for one task, with the spread of its runs."""
        self.figures.append((task, figure))
        costs = sorted(run.cpu_us for run in figure.runs)
        others = max(run.others for run in figure.runs)
        busy = f"; others kept {others:.1f} cores busy" if others > BUSY_CORES else ""
        print(
            f"  {figure.server:9} {figure.cpu_us:9.1f} us CPU a request ({costs[0]:.1f}-{costs[-1]:.1f})"
            f"   {figure.per_second:8.0f}/s   {sum(run.requests for run in figure.runs)} requests, "
            f"0 errors{busy}{'; ' + note if note else ''}",
            flush=True,
        )

    def compare(self, task: str, ours: Figure, theirs: Figure, target: float | None) -> None:
        """Keeps the ratio of two figures for the end."""
        self.ratios.append(Ratio(task, theirs.server, theirs.cpu_us / ours.cpu_us, target))

    def limit(self, name: str, value: float, unit: str, most: float | None, note: str = "") -> None:
        """One figure of Stator alone."""
        found = Limit(name, value, unit, most)
        self.limits.append(found)
        verdict = (
            "" if most is None else f"   at most {most:g}: {'MISSED' if found.missed else 'met'}"
        )
        print(
            f"  {name:44} {value:9.2f} {unit:4}{verdict}{'   ' + note if note else ''}", flush=True
        )

    def print_ratios(self) -> None:
        """The last lines of a run: what Stator saves."""
        if not self.ratios:
            return
        print("\nServer CPU a request, peer / Stator:")
        for ratio in self.ratios:
            verdict = "MISSED" if ratio.missed else "met"
            wanted = "" if ratio.target is None else f"   at least {ratio.target:g}: {verdict}"
            print(f"  {ratio.task:24} {ratio.peer:9} {ratio.value:7.1f} x{wanted}")

    def missed(self) -> bool:
        """Whether any target or limit was missed."""
        return any(found.missed for found in [*self.ratios, *self.limits])

    def everything(self) -> dict:
        """All of it, for a JSON file."""
        return {
            "figures": [{"task": task, **asdict(figure)} for task, figure in self.figures],
            "ratios": [asdict(ratio) for ratio in self.ratios],
            "limits": [asdict(limit) for limit in self.limits],
        }
