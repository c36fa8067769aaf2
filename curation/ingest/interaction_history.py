"""The lines of one interaction, merged: those that were taken before, and those of the files that are new."""

from __future__ import annotations

from dataclasses import dataclass, replace

from winnow.core.interaction_line import InteractionLine, LineKind
from winnow.core.interaction_updates import with_updates
from winnow.curation.ingest.placed_lines import TAKEN_CORRECTION, PlacedLine, as_update
from winnow.curation.store.taken_lines import TakenLine
from winnow.validators.interactions.log_lines import UNTIMED


@dataclass(frozen=True)
class InteractionHistory:
    """The lines of one interaction."""

    taken: tuple[TakenLine, ...]
    """In the order of taking."""
    stored: TakenLine | None
    """The one with what was asked and answered; None if it was not taken."""
    main: PlacedLine | None
    """The same in the files, if they hold it."""
    fresh: tuple[PlacedLine, ...]
    """Lines of the files that were not taken."""

    @property
    def record(self) -> str:
        """The record that the newest line was about; empty if none was taken."""
        return self.taken[-1].record_id if self.stored else ""

    def before(self) -> InteractionLine:
        """The interaction with the updates that were taken."""
        line = self.main.line if self.main else _unread()
        start = as_update(self.stored.outcome) if self.stored else line
        earlier = [as_update(one.outcome) for one in self.taken if one is not self.stored]
        return with_updates(line.model_copy(update={"result": start.result, "feedback": start.feedback}), earlier)

    def merged(self) -> InteractionLine:
        """The interaction with all updates.

        A correction that another source has as a record stays there when only the interaction is added again.
        """
        first = replace(self, taken=tuple(one for one in self.taken if one is self.stored)).before()
        updates = [as_update(one.outcome) for one in self.taken if one is not self.stored]
        updates += [one.line for one in self.fresh if self.stored or one is not self.main]
        found = with_updates(first, updates)
        if self.stored or found.feedback is None or found.feedback.corrections is not TAKEN_CORRECTION:
            return found
        return found.model_copy(update={"feedback": found.feedback.model_copy(update={"corrections": None})})

    def correction(self, merged: InteractionLine) -> PlacedLine | None:
        """The new line that has the correction; None if none of them has it."""
        wanted = merged.feedback.corrections if merged.feedback else None
        having = [one for one in self.fresh if one.line.feedback and one.line.feedback.corrections == wanted]
        return having[-1] if having and wanted is not TAKEN_CORRECTION else None


def _unread() -> InteractionLine:
    """Stands for an interaction whose line is in no file of the command."""
    return InteractionLine.model_construct(kind=LineKind.INTERACTION, id="", timestamp=UNTIMED, agent_role="")
