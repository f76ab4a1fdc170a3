"""Looking at what came from outside."""
