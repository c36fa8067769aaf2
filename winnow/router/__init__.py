"""A small HTTP service that answers queries with a run of the workspace, for staging and for collecting queries."""
