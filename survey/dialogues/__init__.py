"""The dialogue: settings, states, topics."""
