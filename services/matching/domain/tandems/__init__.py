"""Tandems: what becomes of a place in a long-term pair, week after week.

`tandem`    the value: who, since when, what was asked and said, how it ended.
`schedule`  when what is asked next, in the district's days.
`living`    asking, reminding, answering, ending; each returns the new tandem and what it makes known.
"""
