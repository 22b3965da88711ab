"""The API is asked for whatever its document allows, and for much that it does not."""
