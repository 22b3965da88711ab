"""Version 1: Qminder's public API as its client libraries speak it."""
