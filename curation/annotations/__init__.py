"""What annotators, files and models said about records, and what follows from it: labels, agreement, consensus, label errors."""
