"""Profiles: knows the volunteers, and nobody else does.

Owns       volunteers: name, address, consent, what they offer, checks, absences, pause (schema `profiles`).
Takes      RegisterVolunteer, ChangeVolunteer, RequestVolunteerLink (private); ConfirmVolunteer,
           PauseVolunteer, ResumeVolunteer, RecordCheck, EraseVolunteer; listens to AddressSuspended.
Publishes  VolunteerRegistered, RegistrationRepeated, VolunteerActivated, VolunteerProfileChanged,
           VolunteerPaused, VolunteerResumed, VolunteerLinkRequested, VolunteerErased: an id and a
           version, never a profile.
Answers    RosterOf (matching), VolunteerRecipient, SharedContact (mails), VolunteerCards, FindVolunteers
           (admin), ExportVolunteer, ShowVolunteer (the person).
Never      tells from outside who is registered, decides who is asked, or sends a mail.
"""
