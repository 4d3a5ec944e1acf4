"""Who may take part; its own database, and no other folder reads it."""
