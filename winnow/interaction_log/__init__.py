"""Log what the agents of an app do, so that it can become training data: `winnow.log_interaction`."""

from winnow.interaction_log.current_interaction import current_interaction, last_interaction_id
from winnow.interaction_log.decorate_or_write import log_interaction

__all__ = ["current_interaction", "last_interaction_id", "log_interaction"]
