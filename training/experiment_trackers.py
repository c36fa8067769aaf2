"""Experiment trackers, to which a training that goes in steps can report."""

from __future__ import annotations

from winnow.core.errors import Parameter, Problem, WinnowError


def require_tracker(report_to: str) -> None:
    """Raises WinnowError for an experiment tracker that is not installed."""
    from transformers.integrations import get_available_reporting_integrations

    known = get_available_reporting_integrations()
    if report_to not in known:
        expected = f"an installed experiment tracker: {', '.join(known) or 'none is installed'}"
        raise WinnowError(Problem(Parameter("report_to"), repr(report_to), expected, "pip install it, or leave it out"))
