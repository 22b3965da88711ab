"""Speed of the API on both databases, beside a floor: `make bench`."""
