"""Benchmarks: what the hotline does beside what the machine could do at best, in one run each.

``python -m tests.bench NAME`` runs one. They measure and print; they fail for nothing but wrong counts.
"""
