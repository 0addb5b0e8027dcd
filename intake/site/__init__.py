"""The public pages: what the hotline is, when it is open, how it keeps what it is told."""
