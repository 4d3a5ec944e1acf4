"""The spare: another disk or machine that holds everything a few seconds late, its keys sealed under words on paper."""
