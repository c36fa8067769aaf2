"""Pure checks on texts and rows: no model, no network, no files, no database."""
