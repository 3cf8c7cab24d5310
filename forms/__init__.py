"""The domain: forms, their answers, and who may see them.

Nothing below this package knows HTTP: the doors in `api` call it, never the reverse.
Read `problems` and `schema` first, then `submissions.receive`, which tells a submission's story.
"""
