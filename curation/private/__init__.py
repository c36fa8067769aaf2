"""Private data: what in a text belongs to a person, and natural stand-ins for it.

Patterns of Presidio and detect-secrets and a few rules, called directly: no language model, no network. Names are found
only where a team has a model for them.
"""

from curation.private.detect import Found, find, redacted
from curation.private.scrub import POLICY, Names, Scrubbed, Scrubber
from curation.private.surrogates import is_surrogate, surrogate

__all__ = ["POLICY", "Found", "Names", "Scrubbed", "Scrubber", "find", "is_surrogate", "redacted", "surrogate"]
