"""Streams: what changed, rendered once for each audience."""
