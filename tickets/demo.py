"""A believable demo."""
