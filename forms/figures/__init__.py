"""Views, computed for somebody: figures, groups, lists, and the records behind them.

`results` are the shapes. Whoever asks is the first argument: they see the figures of the records that they may see, or,
without access to cases, figures of all records in which small numbers of people are hidden.
"""
