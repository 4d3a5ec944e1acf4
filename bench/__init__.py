"""Load and cost measurements: ratios within one run, never plain seconds of a noisy machine."""
