"""`python -m cli` is `casebinder`."""

from cli.main import main

main()
