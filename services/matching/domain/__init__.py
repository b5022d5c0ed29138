"""Matching's rules: pure functions over frozen values, for the service, the dry run and the what-if.

Who fits          `need` (what is asked), `roster` (who could), `rules`, `calendar_rules` (who may
                  not, and why), `score`, `ranking` (in which order).
Who is asked when `chance`, `outcomes`, `odds`, `dates`, `waves`.
Who has a place   `board` (the aggregate), changed by `inviting`, `answering`, `skipping`,
                  `coordinating` and `changing`, which share `placing`; each returns the new board
                  and its `effects`.
Who is planned    `flow`: all open requests and all volunteers at once, and what somebody's time is
                  worth to the others. Advice: it asks nobody and places nobody.
Who is told       `telling` adds to each change what the organisation is to hear of it.
Long-term pairs   `tandems`: what a place in one is asked and says, until it ends.
"""
