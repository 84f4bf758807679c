"""`python -m audit`: the `curtain` command."""

from audit.cli.main import main

main()
