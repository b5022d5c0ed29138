"""Network: knows the organisations, and every person who is no volunteer.

Owns       organisations and who speaks for them, hand-over contacts, API tokens (schema `network`).
Takes      RegisterOrganisation, KeepHandoverContact, IssueApiToken, RequestOrganisationLink (private);
           ConfirmOrganisation, VerifyOrganisation, SuspendOrganisation, EraseOrganisation.
Publishes  OrganisationRegistered, OrganisationRegistrationRepeated, OrganisationConfirmed,
           OrganisationVerified, OrganisationSuspended, OrganisationLinkRequested, OrganisationErased.
Answers    OwnerOfToken, OrganisationByEmail, OrganisationCardsOf, FindOrganisations,
           OrganisationRecipient, HandoverContact.
Never      tells from outside who is registered, keeps a token, or knows a request.
"""
