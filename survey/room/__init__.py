"""Entry by code and the ballot: all that a room ever knows of a person."""
