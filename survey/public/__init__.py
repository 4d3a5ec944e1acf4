"""Surface: what everybody may read of a dialogue, and who is told of it."""
