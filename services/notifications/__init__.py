"""Notifications: tells people by email what concerns them, once, in their language.

Owns       emails as states, how addresses stand, and which mail told whom how to reach whom (schema
           `notifications`).
Takes      SendSignInLink; listens to RequestReceived, RequestExpired, RequestRefusedLate,
           InvitationIssued, InvitationReminded, InvitationWithdrawn, AnswerCameTooLate,
           PlaceReserved, VolunteerAssigned, VolunteerWaitlisted, AssignmentCancelled,
           ReservationDeclined, AssignedAskedAgain, AssignmentNear, DateSkipped, DateUnskipped,
           TandemAsked, TandemEnded, RequestFilled, CandidatesExhausted, WhoComesChanged, RequestNear, OrganisationRegistered,
           OrganisationRegistrationRepeated, OrganisationVerified, OrganisationLinkRequested,
           OrganisationErased, VolunteerRegistered, RegistrationRepeated, VolunteerLinkRequested,
           VolunteerErased.
Publishes  EmailSent, EmailFailed, AddressSuspended.
Answers    FindEmails, DisclosuresOf.
Asks       when it sends, keeping no answer: VolunteerRecipient, SharedContact, OrganisationRecipient,
           OrganisationCardsOf, HandoverContact, WordsOf, ShowInvitation, ShowTandem, AssignedOn,
           StaffRecipient.
Never      keeps an address, a name or a text; decides who is asked; hands a mail over in the
           transaction of the event that asks for it; enters a mail into DATA again that may be
           there, but once, under the same Message-ID; mixes languages: volunteers are written to in the
           nine of their pages, organisations and staff in German and English, others in German.
"""
