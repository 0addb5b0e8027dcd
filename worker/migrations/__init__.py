"""The schema's history. ``worker.migrate`` runs it; ``alembic revision --autogenerate`` writes a next step.

A revision uses plain SQLAlchemy types only, so that it still runs when the models have moved on.
"""
