"""What generation leaves behind: runs, questions, money, answers, and what became of every candidate."""
