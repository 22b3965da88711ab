"""What the API takes and answers, as an OpenAPI document; each call is described in one table."""
