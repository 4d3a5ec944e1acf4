"""Trying a whole dialogue out with test ballots, and leaving nothing of it behind."""
