"""What a file holds and how it would be read, before there is a task: `winnow init --from` shows it."""
