"""The doors: what speaks HTTP. They hold no SQL and decide nothing about forms; `forms` does.

Read `endpoint` first: a route is one declaration there, and the one transaction of a request begins and ends there.
"""
