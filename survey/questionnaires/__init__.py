"""Questionnaires: build, answer, count."""
