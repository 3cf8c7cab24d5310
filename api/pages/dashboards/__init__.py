"""Dashboards as pages, files and paper: what `forms.figures` computed, made readable.

`words` says numbers and groups, `meaning` what a figure counts, `filtering` what the filter bar asks for, `showing`
puts a figure together as a card, `drawing` as a chart, `files` as CSV and Excel. `opening` opens a board for a
request; the routes are in `board`.
"""
