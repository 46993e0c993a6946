"""The loop of a growth run: train, measure, judge what was changed, change again.

A round ends where nothing is open: what was committed before it has been judged. Only there a
checkpoint is made, so that a run that goes on from it does what the run would have done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any, TypeVar

from sparsegrow import _sparsegrow as native
from sparsegrow.base.interrupt import DeferredInterrupt
from sparsegrow.growth.candidates import candidates
from sparsegrow.growth.checkpoint import SavedModel
from sparsegrow.growth.controller import Controller, Decision, Observation, make_controller
from sparsegrow.growth.figures import figures, locality_figures
from sparsegrow.growth.records import Progress, RoundTraining, Trial, growth_records
from sparsegrow.growth.run_folder import GROWTH, LOCALITY, METRICS, RunFolder
from sparsegrow.growth.settings import Budget, GrowthSettings
from sparsegrow.growth.view import Standing, View
from sparsegrow.text.corpus import Corpus

SLICE = 50  # steps between two looks at the clock
LOCATE_AT = 1.1  # growth in edges from one record of locality to the next

T = TypeVar("T")


class GrowthLoop:
    """A run in the making.

    Parameters
    ----------
    net, corpus, settings, folder, budget
        What grows, on which text, how, where it is recorded, and for how long.
    view
        What a person sees.
    config
        What the folder says of the run.
    """

    def __init__(
        self,
        net: native.CharNet,
        corpus: Corpus,
        settings: GrowthSettings,
        folder: RunFolder,
        budget: Budget,
        view: View,
        config: dict[str, Any],
    ) -> None:
        self.net, self.corpus, self.settings = net, corpus, settings
        self.folder, self.budget, self.view, self.config = folder, budget, view, config
        self.progress = Progress()
        self.controller: Controller = make_controller(settings.controller, settings.seed)
        self.trainer = settings.trainer(net, corpus.train)
        self.trial: Trial | None = None
        self.training = RoundTraining()
        self.rate = 1.0
        self.measured = False  # on this text
        self.last_checkpoint = float("-inf")
        self.clock = time.perf_counter()

    # --- the round

    def run(self) -> None:
        """Go on until the budget is used.

        Raises
        ------
        RuntimeError
            The loss is not finite any more.
        KeyboardInterrupt
            Ctrl-C: the round was finished and saved; at the second one at once, with the last
            checkpoint as it was.
        """
        with DeferredInterrupt() as interrupt, self.view:
            self.clock = time.perf_counter()
            self.start()
            while self.used < 1:
                if interrupt.asked:
                    self.save()
                interrupt.check()
                self.change()
                self.train(interrupt)
                self.judge(self.timed("seconds_trials", self.measure))
                self.finish_round()
            if self.net.edges != self.progress.located:
                self.timed("seconds_evaluation", self.locate)
            self.save()

    def start(self) -> None:
        """Save the network as it is, so that there is always something to go on from.

        With it a new budget or text is saved, before anything is done with it.
        """
        if not self.measured:
            self.progress.begin_text(self.timed("seconds_trials", self.measure))
            self.measured = True
            self.record()
        self.save()

    @property
    def used(self) -> float:
        """Share of the budget that is used."""
        p = self.progress
        return self.budget.used(p.seconds - p.began, p.steps - p.began_step)

    def train(self, interrupt: DeferredInterrupt) -> None:
        """Train for a round, less where the budget ends in it; tell that Ctrl-C was heard."""
        self.training = RoundTraining()
        left = self.settings.steps_of(self.progress.round)
        left = min(left, self.budget.left(self.progress.steps - self.progress.began_step))
        start = self.progress.seconds_training
        while left > 0 and (self.used < 1 or self.budget.minutes is None):
            steps = min(left, SLICE)
            self.rate = self.budget.rate(self.used, self.settings) * self.progress.cooling
            record = self.timed("seconds_training", partial(self.trainer.train, steps, self.rate))
            self.training.add(record)
            self.progress.work += record.work
            self.progress.steps += steps
            self.progress.chars += record.chars
            left -= steps
            self.training.seconds = self.progress.seconds_training - start
            self.view.training(self.figures(), self.standing())
            if interrupt.asked:
                self.view.stopping()

    def measure(self) -> float:
        """Return bits per character on the held-out text that judges rounds: parts of all of it."""
        count = min(self.settings.trial_chars, len(self.corpus.valid))
        return self.net.evaluate(self.corpus.valid, 0, count, spread=True).bpc

    def judge(self, val_bpc: float) -> None:
        """Roll the trial back if it made things worse, else reward it."""
        trial, self.trial = self.trial, None
        rolled_back = trial is not None and val_bpc > trial.worst
        if trial is not None:
            reward = self.reward(trial, val_bpc)
            if rolled_back:
                self.timed("seconds_mutations", lambda: self.net.rollback(trial.before))
                self.progress.rolled_back += sum(d.accepted for d in trial.decisions)
            self.controller.learn(reward, rolled_back)
            self.folder.append(GROWTH, growth_records(trial, reward, rolled_back))
            self.view.judged(trial.decisions, rolled_back)
        if not rolled_back:
            self.progress.note(val_bpc)
            self.progress.cool(self.settings.cooling, self.settings.tolerance)

    def reward(self, trial: Trial, val_bpc: float) -> float:
        """Return the gain per nominal second, less the price of the edges."""
        seconds = max(1e-9, self.progress.work - trial.work)
        edges = max(0, self.net.edges - trial.edges)
        return (trial.val_bpc - val_bpc) / seconds - self.settings.edge_price * edges / 1e5

    def finish_round(self) -> None:
        """Record the round, and save it where it is time to."""
        self.progress.round += 1
        self.record()
        if self.progress.seconds - self.last_checkpoint >= self.settings.checkpoint_seconds:
            self.save()

    def change(self) -> None:
        """Decide on candidates and commit the accepted ones, where there is a use in growing.

        There is none once the rates are falling, nor while the held-out text gets worse.
        """
        falling = self.budget.rate(self.used, self.settings) < 1
        if falling or self.training.chars == 0 or not self.progress.gaining:
            return
        seen = self.observation()
        found = candidates(seen, self.settings.seed, self.settings.candidates)
        decisions = self.controller.decide(seen, found)
        self.progress.accepted += sum(d.accepted for d in decisions)
        self.progress.rejected += sum(not d.accepted for d in decisions)
        self.timed("seconds_mutations", lambda: self.commit(decisions))

    def commit(self, decisions: list[Decision]) -> None:
        """Make the accepted mutations in one commit."""
        chosen = [k for k, d in enumerate(decisions) if d.accepted]
        before, edges = self.net.snapshot(), self.net.edges
        added = self.trainer.grow([decisions[k].proposal() for k in chosen]) if chosen else []
        self.trial = Trial(
            decisions=decisions,
            added=dict(zip(chosen, added, strict=True)),
            before=before,
            val_bpc=self.progress.val_mean,
            worst=self.progress.worst(self.settings.sigmas, self.settings.tolerance),
            edges=edges,
            work=self.progress.work,
            seconds=self.progress.seconds,
            step=self.progress.steps,
            round=self.progress.round,
        )

    def observation(self) -> Observation:
        """Return what the controller sees."""
        net, training = self.net, self.training
        return Observation(
            round=self.progress.round,
            step=net.steps,
            work=self.progress.work,
            sub_dags=net.sub_dags(),
            class_loss=training.class_loss,
            class_count=training.class_count,
            val_bpc=self.progress.val_bpc,
            train_bpc=training.bpc,
            edges=net.edges,
            params=net.parameters,
            pattern_edges=net.pattern_edges,
            offered=self.timed("seconds_mutations", self.offered),
            room=self.settings.room(net.parameters, net.bytes),
            max_depth=net.max_depth,
            kinds=self.settings.kinds,
        )

    def offered(self) -> int:
        """Return how many pattern edges promise a gain."""
        if "specialise" not in self.settings.kinds:
            return 0
        return self.trainer.offered(self.settings.candidates.most_patterns(self.net.pattern_edges))

    # --- records and checkpoints

    def timed(self, counter: str, call: Callable[[], T]) -> T:
        """Call, and add the time to a counter and to the clock of the run."""
        start = time.perf_counter()
        try:
            return call()
        finally:
            now = time.perf_counter()
            setattr(self.progress, counter, getattr(self.progress, counter) + now - start)
            self.tick(now)

    def tick(self, now: float) -> None:
        """Let the clock of the run go on."""
        self.progress.seconds += now - self.clock
        self.clock = now

    def figures(self) -> dict[str, Any]:
        """Return a record of `metrics.jsonl`."""
        return figures(self.net, self.progress, self.training, self.rate)

    def standing(self) -> Standing:
        """Return how far the run is, and the time left by how fast it went."""
        used = min(1.0, max(1e-6, self.used))
        seconds = self.progress.seconds - self.progress.began
        return Standing(used, seconds / used - seconds)

    def record(self) -> None:
        """Write a record of the round, and show it."""
        figures = self.figures()
        self.folder.append(METRICS, [figures])
        self.view.measured(figures, self.standing())
        if self.net.edges >= LOCATE_AT * self.progress.located:
            self.timed("seconds_evaluation", self.locate)

    def locate(self) -> None:
        """Write a record of how the graph lies in memory."""
        record = locality_figures(self.net, self.progress, self.training)
        self.folder.append(LOCALITY, [record])
        self.progress.located = self.net.edges

    def save(self) -> None:
        """Write a checkpoint; nothing is on trial."""
        self.progress.peak_bytes = max(self.progress.peak_bytes, self.net.peak_bytes)
        run = {
            "progress": asdict(self.progress),
            "controller": self.controller.state_dict(),
            "training": self.training.as_dict(),
            "rate": self.rate,
        }
        self.folder.save(SavedModel(self.net.arrays(), self.trainer.arrays(), run), self.config)
        self.tick(time.perf_counter())
        self.last_checkpoint = self.progress.seconds

    def restore(self, saved: SavedModel, same_text: bool) -> None:
        """Go on from a checkpoint; another text is read from its beginning.

        Nothing that was measured on the old text, or learned in its last round, decides any more.

        Raises
        ------
        ValueError
            The checkpoint is damaged.
        """
        run = saved.run or {}
        try:
            self.progress = Progress.of_dict(run.get("progress"))
            self.controller.load_state_dict(run["controller"])
            if same_text:
                self.training = RoundTraining.of_dict(run["training"])
                self.trainer.restore(saved.trainer)
            self.measured, self.rate = same_text, float(run.get("rate", 1.0))
        except (KeyError, TypeError) as error:
            raise ValueError(f"the run's state is damaged ({error})") from error
