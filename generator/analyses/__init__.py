"""Analyses: one file each, listed in registry.py."""
