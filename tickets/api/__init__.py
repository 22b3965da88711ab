"""The REST API: one self-contained package for each version, what they share beside them."""
