"""Profiles: knows the volunteers, and nobody else does.

Owns       volunteers: name, address, consent, what they offer, checks, absences, pause (schema `profiles`).
Takes      RegisterVolunteer, ChangeVolunteer, RequestVolunteerLink, ConfirmVolunteer,
           PauseVolunteer, ResumeVolunteer, RecordCheck, EraseVolunteer; listens to
           AddressSuspended.
Publishes  VolunteerRegistered, RegistrationRepeated, VolunteerActivated, VolunteerProfileChanged,
           VolunteerPaused, VolunteerResumed, VolunteerLinkRequested, VolunteerErased.
Answers    RosterOf, VolunteerRecipient, VolunteerCards, FindVolunteers, SharedContact,
           ExportVolunteer, ShowVolunteer.
Never      tells from outside who is registered, decides who is asked, or sends a mail.
"""
