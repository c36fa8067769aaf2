"""Tool declarations of several dialects as JSON Schema 2020-12, and the arguments of calls against them."""
