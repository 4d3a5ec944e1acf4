"""Organisations, their unit tree and their lists; no person in it."""
