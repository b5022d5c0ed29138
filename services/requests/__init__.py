"""Requests: what organisations ask for, from the first word to "it took place".

Owns       support requests: their words, their need in codes, their state; which organisations
           are known as verified (schema `requests`).
Takes      PostRequest, ChangeRequest, CancelRequest, CompleteRequest, ApproveRequest; listens to
           OrganisationVerified, OrganisationSuspended, OrganisationErased (network) and to
           DateSkipped, DateUnskipped, TandemEnded, RequestFilled, RequestReopened (matching).
Publishes  RequestReceived, RequestOpened, RequestHeld, RequestChanged, RequestCancelled,
           RequestExpired, RequestCompleted, RequestRefusedLate.
Answers    WordsOf, ShowRequest, FindRequests, PreviewNeed.
Never      knows a person: contacts are ids of `network`, who in need is meant stays with the
           organisation; asks another service; decides who is asked.
"""
