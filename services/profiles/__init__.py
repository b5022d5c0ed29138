"""Profiles: knows the volunteers, and nobody else does.

Owns       volunteers: name, address, consent, what they offer, checks, absences, pause (schema `profiles`).
Takes      RegisterVolunteer (private), ConfirmVolunteer, PauseVolunteer, ResumeVolunteer, RecordCheck,
           EraseVolunteer; listens to AddressSuspended.
Publishes  VolunteerRegistered, RegistrationRepeated, VolunteerActivated, VolunteerProfileChanged,
           VolunteerPaused, VolunteerResumed, VolunteerErased: an id and a version, never a profile.
Answers    RosterOf (matching), VolunteerRecipient, SharedContact (mails), VolunteerCards, FindVolunteers
           (admin), ExportVolunteer (the person).
Never      tells from outside who is registered, decides who is asked, or sends a mail.
"""
