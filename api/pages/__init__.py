"""The coordinators' pages: HTML over the same domain that the phones use.

`contexts` says what each page shows, `render` turns one into HTML, `templates` and `assets` are how it looks.
"""
