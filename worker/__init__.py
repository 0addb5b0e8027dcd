"""worker RUNS: wires everything and starts everything; it alone sees every room.

Lives here: the Celery app, its tasks and schedule, the WSGI composition, the command line,
``hotline up`` and the migrations.
May import: ``voice``, ``matching`` and ``intake``. Nobody imports ``worker``.
"""
