"""Portal: the public pages and the JSON API, for volunteers and organisations.

Owns       nothing but what every service keeps for its messages (schema `portal`): who is meant is
           said by a signed link or an API token, and what was typed stays in the page.
Takes      nothing.
Publishes  nothing.
Answers    nothing.
Sends      PostRequest, ChangeRequest, CancelRequest, CompleteRequest (requests), AnswerInvitation,
           SkipDate, UnskipDate, AnswerTandem, EndTandem (matching), ConfirmVolunteer,
           PauseVolunteer, ResumeVolunteer, EraseVolunteer (profiles), ConfirmOrganisation
           (network); by core request what holds direct identifiers: RegisterVolunteer,
           ChangeVolunteer, RequestVolunteerLink, RegisterOrganisation, KeepHandoverContact,
           RequestOrganisationLink.
Never      decides who fits or who comes, acts on GET or HEAD, keeps what a person wrote, or tells
           who is registered.
"""
