"""`python -m deploy.command_line` is `quartermaster`."""

from deploy.command_line.program import main

main()
