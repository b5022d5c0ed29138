"""Matching: decides who is asked, when, and who has which place.

Owns       rankings, waves, invitations, answers, places and waiting lists; what coordinators decided
           about them; what both sides of a tandem are asked and say, week after week; a roster of
           volunteers without identities, asked from `profiles` in batches (schema `matching`).
Takes      AnswerInvitation, SkipDate, UnskipDate, AnswerTandem, EndTandem, SettleTandem,
           InviteVolunteer, AssignVolunteer, ReleaseVolunteer, DecideReservation, ExcludeVolunteer,
           HoldBackVolunteer, ReadmitVolunteer, ApproveWave, AskMore, StopMatching,
           ResumeMatching; listens to RequestOpened, RequestHeld,
           RequestChanged, RequestCancelled, RequestExpired, RequestCompleted, EmailSent,
           EmailFailed, VolunteerActivated, VolunteerProfileChanged, VolunteerPaused,
           VolunteerResumed, VolunteerErased.
Publishes  InvitationIssued, InvitationReminded, InvitationWithdrawn, InvitationExpired,
           AnswerReceived, AnswerCameTooLate, PlaceReserved, VolunteerAssigned, VolunteerWaitlisted,
           AssignmentCancelled, ReservationDeclined, AssignedAskedAgain, AssignmentNear,
           DateSkipped, DateUnskipped, TandemAsked, TandemAnswered, TandemHoursTold,
           TandemEndWished, TandemEnded, RequestFilled, RequestReopened, CandidatesExhausted,
           WhoComesChanged, RequestNear.
Answers    ShowInvitation, ShowBoard, PlacesOf, AssignedOn, PreviewMatching, OpenDecisions,
           OpenPhoneTasks, AssignedTo, WhyNotPlanned, ShowEngineReport, ShowTandem, TandemsAt, TandemsOf.
Never      knows a name, an address or the words of a request, sends a mail, gives more places than
           there are or two at a time to one person, asks a stranger for more than event help, or
           shows one side of a tandem what the other said.
"""
