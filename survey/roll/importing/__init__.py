"""Lists of members as offices have them: read, looked at, and brought in only when somebody says so."""
