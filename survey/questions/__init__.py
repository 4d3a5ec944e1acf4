"""Questions: ask, correct, withdraw, support, rank."""
