"""Reporting: what happened to each request, and the figures for council and funders.

Owns       projections of events: a timeline in codes and ids, figures by month, field and
           municipality (schema `reporting`). Nothing here is a truth of its own: all of it can be
           emptied and fed again from the archives.
Takes      listens to every event that names it as a reader.
Publishes  nothing.
Answers    TimelineOf, FiguresBetween.
Never      knows a name, a word or an address; keeps of an erased id its digest alone.
"""
