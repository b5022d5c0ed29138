"""Notifications: tells people by email what concerns them, once, in their language.

Owns       emails as states, how addresses stand, which mail told whom how to reach whom (schema
           `notifications`).
Takes      SendSignInLink (private, from admin); listens to VolunteerRegistered, RegistrationRepeated,
           VolunteerErased (profiles), OrganisationRegistered, OrganisationRegistrationRepeated,
           OrganisationVerified, OrganisationLinkRequested, OrganisationErased (network),
           RequestReceived, RequestExpired (requests), InvitationIssued, InvitationReminded,
           InvitationWithdrawn, PlaceReserved, ReservationDeclined, VolunteerAssigned,
           VolunteerWaitlisted, AssignmentCancelled, AssignedAskedAgain, AssignmentNear, RequestFilled,
           CandidatesExhausted (matching).
Publishes  EmailSent, EmailFailed, AddressSuspended.
Answers    FindEmails.
Asks       when it sends, and keeps no answer: VolunteerRecipient, SharedContact (profiles),
           OrganisationRecipient, OrganisationCardsOf, HandoverContact (network), WordsOf (requests),
           ShowInvitation, AssignedOn (matching), StaffRecipient (admin).
Never      keeps an address, a name or a text; decides who is asked; sends a mail in the transaction of
           the event that asks for it; enters a mail into DATA again that may be there, but once, under
           the same Message-ID.
"""
