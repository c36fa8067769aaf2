"""`python -m winnow` is the command `winnow`."""

from winnow.cli.main import main

main()
