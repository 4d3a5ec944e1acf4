"""Flask glue without any feature: sessions, guards, htmx, errors, headers, languages, limits, assets."""
