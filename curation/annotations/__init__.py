"""What annotators, files and models decided about records, and what follows: labels, agreement, label errors."""
