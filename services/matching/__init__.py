"""Matching: decides who is asked, when, and who has which place.

Owns       rankings, waves, invitations, answers, places and waiting lists; what coordinators decided
           about them; a roster of volunteers without identities, asked from `profiles` in batches
           (schema `matching`).
Takes      AnswerInvitation, SkipDate, UnskipDate, InviteVolunteer, AssignVolunteer,
           ReleaseVolunteer, DecideReservation, ExcludeVolunteer, ApproveWave, StopMatching,
           ResumeMatching; listens to RequestOpened, RequestHeld, RequestChanged, RequestCancelled,
           RequestExpired, RequestCompleted, EmailSent, EmailFailed, VolunteerActivated,
           VolunteerProfileChanged, VolunteerPaused, VolunteerResumed, VolunteerErased.
Publishes  InvitationIssued, InvitationReminded, InvitationWithdrawn, InvitationExpired,
           AnswerReceived, AnswerCameTooLate, PlaceReserved, VolunteerAssigned, VolunteerWaitlisted,
           AssignmentCancelled, ReservationDeclined, AssignedAskedAgain, AssignmentNear,
           DateSkipped, DateUnskipped, RequestFilled, RequestReopened, CandidatesExhausted,
           WhoComesChanged, RequestNear.
Answers    ShowInvitation, ShowBoard, PlacesOf, AssignedOn, PreviewMatching, OpenDecisions,
           OpenPhoneTasks, AssignedTo, WhyNotPlanned.
Never      knows a name, an address or the words of a request, sends a mail, gives more places than
           there are or two at a time to one person, or asks a stranger for more than event help.
"""
