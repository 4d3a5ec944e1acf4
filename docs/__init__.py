"""The user guide and its pictures."""
