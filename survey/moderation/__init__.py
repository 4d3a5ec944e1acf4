"""The queue and the answer states, with their log."""
