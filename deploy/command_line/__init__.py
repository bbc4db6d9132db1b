"""`quartermaster`: one program that runs services, brings the database up to date, and answers operators."""

from deploy.command_line.program import main

__all__ = ["main"]
