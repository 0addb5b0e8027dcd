"""The desk: the pages on which the district's team returns calls and completes requests."""
