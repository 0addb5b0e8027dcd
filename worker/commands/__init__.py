"""The commands of ``hotline``: a module each, with ``arguments(parser)`` and ``run(args) -> exit code``."""
