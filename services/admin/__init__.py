"""Admin: where coordinators work; it shows what others know and sends what people decide.

Owns       staff accounts, their sessions and sign-in links, and the log of who did what to which
           id (schema `admin`).
Takes      AddAccount, RemoveAccount, MakeSignInLink (private, from the command line); listens to
           VolunteerErased.
Publishes  nothing.
Answers    StaffRecipient (sign-in mails), StaffAccounts (the command line).
Sends      the commands and private wishes of a coordinator, in her name or for somebody who rang;
           SendSignInLink.
Never      decides about requests, places or people; keeps a name other than its staff's; shows a
           page without a session, but for signing in.
"""
