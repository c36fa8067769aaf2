"""Pure checks of texts and rows, without models, network, files or database."""
