"""Staff: who they are, what they may do, which devices are in."""
