"""The machine itself: whether it is fit, how it does, and whether phones reach it. Nothing of a dialogue or a person."""
