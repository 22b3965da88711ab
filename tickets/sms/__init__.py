"""What a text message is to the networks: its length, its words, and who carries it (ADR 0026)."""
