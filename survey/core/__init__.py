"""What every feature stands on: settings, databases, clock, ids, keys, text. Knows neither Flask nor any feature."""
