"""Many at once, from a workbook or a pasted list: `people` with roles and values, and `phones` (app users).

Each is read and judged as a whole, shown, and then carried out as a whole or not at all.
"""
