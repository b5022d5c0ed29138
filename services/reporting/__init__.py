"""Reporting: what happened to each request, and the figures for council and funders.

Owns       projections of events: a timeline in codes and ids, figures by month, field and
           municipality, hours given in tandems among them (schema `reporting`). Nothing here is a
           truth of its own: all of it can be emptied and fed again from the archives.
Takes      listens to RequestReceived, RequestOpened, RequestHeld, RequestChanged, RequestCancelled,
           RequestExpired, RequestCompleted, RequestRefusedLate, InvitationIssued,
           InvitationReminded, InvitationWithdrawn, InvitationExpired, AnswerReceived,
           AnswerCameTooLate, PlaceReserved, VolunteerAssigned, VolunteerWaitlisted,
           AssignmentCancelled, ReservationDeclined, AssignedAskedAgain, AssignmentNear,
           DateSkipped, DateUnskipped, TandemAsked, TandemAnswered, TandemHoursTold,
           TandemEndWished, TandemEnded, RequestFilled, RequestReopened, CandidatesExhausted,
           OrganisationRegistered, OrganisationConfirmed, OrganisationVerified,
           OrganisationSuspended, OrganisationErased, EmailSent, EmailFailed, AddressSuspended,
           VolunteerRegistered, VolunteerActivated, VolunteerPaused, VolunteerResumed,
           VolunteerErased.
Publishes  nothing.
Answers    TimelineOf, FiguresBetween.
Never      knows a name, a word or an address; keeps of an erased id its digest alone.
"""
