"""Live streams: a bell that rings with each commit, a hub, and streams in plain ASGI.

Knows nothing of tickets: who may listen to what, and what changed, it is told.
"""
