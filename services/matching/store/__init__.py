"""Tables and queries of `matching`.

Locks are taken in one order everywhere: rows of volunteers sorted by id, then the rows of boards
sorted by id (`boards.lock_board`, `people.lock_people`).
"""
