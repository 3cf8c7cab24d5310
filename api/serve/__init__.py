"""`lentera serve`: the parent of PostgreSQL and of the web server.

Read `start` first: what happens, as whom, before anything is served. It ends by turning its process into `supervisor`,
which has forgotten the application and only keeps the two going; `workers` is what gunicorn is told. Nothing here knows
a route or a table, and nothing imports this package but the command line. This file imports nothing, since the
supervisor is to stay small.
"""
