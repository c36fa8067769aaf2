"""Train on a frozen release, measure, diagnose, monitor and feed back. It opens releases, never the working tables."""
