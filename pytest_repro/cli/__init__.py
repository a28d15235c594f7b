"""The command `pytest-repro`: one file a subcommand."""
