"""The roster in columns: one row a volunteer, one array a fact, for looking at everybody at once.

`layout` has the arrays, `encoding` turns a `Person` into a row, `nearby` and `index` find the
rows worth looking at, `pool` keeps them together as people come, change and go; `doings` are what
people hold and were asked, by row. What somebody has not stated is stored as what excludes
nobody, with a trait that says so.
"""
