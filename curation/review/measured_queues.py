"""The two queues whose responses are measured by name: the review of lots, and the audit of labels from files."""

from __future__ import annotations

REVIEW_QUEUE = "review"
"""Its responses decide lots."""

AUDIT_QUEUE = "audit"
"""Its responses measure the accuracy of labels from files."""
