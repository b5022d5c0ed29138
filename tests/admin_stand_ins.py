"""The stand-ins of a whole district: which owner answers what."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from shared.contracts import matching, network, notifications, profiles, reporting, requests
from shared.contracts.messages import Service
from shared.contracts.values import (
    Done,
)
from shared.kernel.ids import new_id
from tests.admin_district import (
    ANDREAS,
    CALL,
    CLUB,
    CONTACT,
    EMAILS,
    EMPTY,
    FATIMA,
    JONAS,
    ORGANISATIONS,
    REQUEST,
    REQUESTS,
    REVIEWED,
    SAMIRA,
    SCHOOL,
    TIMELINE,
    VOLUNTEERS,
    board,
    call_page,
    card,
    description,
    organisation,
    places,
    shown,
    words,
)
from tests.admin_stage import NOW, Stage
from tests.servers import District


@contextlib.asynccontextmanager
async def open_stage(district: District, *owners: Service) -> AsyncIterator[Stage]:
    """A district with stand-ins, their data, and the real admin service."""
    stage = Stage(district)
    furnish(stage)
    await stage.start(*owners)
    try:
        await stage.open_admin()
        yield stage
    finally:
        if stage.app is not None:
            await district.stop(stage.app)
        await stage.stop()


def furnish(stage: Stage) -> None:
    """Fill in answers that look like a normal week, and replies that say yes."""
    _furnish_people(stage)
    _furnish_requests(stage)
    _furnish_matching(stage)
    stage.answers |= {
        notifications.FindEmails: _emails,
        reporting.TimelineOf: lambda _: reporting.Timeline(entries=TIMELINE),
    }
    stage.replies |= {notifications.SendSignInLink: lambda _: Done()}


def _furnish_people(stage: Stage) -> None:
    def find(query: profiles.FindVolunteers) -> profiles.Cards:
        cards = [card(one) for one in VOLUNTEERS]
        if query.state:
            cards = [one for one in cards if one.state == query.state]
        if query.text:
            cards = [one for one in cards if query.text.lower() in one.name.lower()]
        return profiles.Cards(cards=tuple(cards))

    def find_organisations(query: network.FindOrganisations) -> network.OrganisationCards:
        cards = [organisation(one) for one in ORGANISATIONS]
        if query.organisation_id:
            cards = [one for one in cards if one.organisation_id == query.organisation_id]
        if query.state:
            cards = [one for one in cards if one.state == query.state]
        return network.OrganisationCards(cards=tuple(cards))

    stage.answers |= {
        profiles.VolunteerCards: lambda query: profiles.Cards(
            cards=tuple(card(one) for one in query.volunteer_ids if one in VOLUNTEERS)
        ),
        profiles.FindVolunteers: find,
        profiles.ShowVolunteer: lambda _: profiles.VolunteerShown(
            found=True, version=3, description=description()
        ),
        profiles.ExportVolunteer: lambda _: profiles.VolunteerExport(found=True, document="{}"),
        notifications.DisclosuresOf: lambda _: notifications.Disclosures(
            disclosures=(
                notifications.DisclosureShown(
                    organisation_id=SCHOOL,
                    request_id=new_id(),
                    what="email",
                    disclosed_at=NOW,
                ),
            )
        ),
        network.OrganisationCardsOf: lambda query: network.OrganisationCards(
            cards=tuple(organisation(one) for one in query.organisation_ids)
        ),
        network.FindOrganisations: find_organisations,
        network.HandoverContact: lambda _: network.HandoverShown(
            found=True, name="Jana Ansprechbar", phone="+49 3447 800801"
        ),
    }
    for kind in (
        profiles.ConfirmVolunteer, profiles.PauseVolunteer, profiles.ResumeVolunteer,
        profiles.RecordCheck, profiles.EraseVolunteer, network.VerifyOrganisation,
        network.SuspendOrganisation, network.EraseOrganisation,
    ):  # fmt: skip
        stage.replies[kind] = lambda _: Done(version=2)
    stage.replies |= {
        profiles.ChangeVolunteer: lambda _: profiles.VolunteerChange(
            version=4, status="changed"
        ),
        profiles.RegisterVolunteer: lambda _: profiles.VolunteerRegistration(
            volunteer_id=JONAS, status="active"
        ),
        network.RegisterOrganisation: lambda _: network.OrganisationRegistration(
            organisation_id=CLUB, status="verified"
        ),
        network.KeepHandoverContact: lambda _: network.ContactKept(contact_id=CONTACT),
        network.IssueApiToken: lambda _: network.TokenIssued(
            token="brk_", organisation_id=CLUB
        ),
    }


def _furnish_requests(stage: Stage) -> None:
    def find(query: requests.FindRequests) -> requests.RequestList:
        found = [shown(one) for one in REQUESTS]
        if query.status:
            found = [one for one in found if one.status in query.status]
        return requests.RequestList(requests=tuple(found), total=len(found))

    def posted(wish: Any) -> requests.RequestPosted:
        return requests.RequestPosted(
            request_id=wish.request_id, reference="2026-0120", status="open", version=4
        )

    stage.answers |= {
        requests.WordsOf: lambda query: requests.WordsOfMany(
            words=tuple(words(one) for one in query.request_ids if one in REQUESTS)
        ),
        requests.ShowRequest: lambda query: (
            shown(query.request_id)
            if query.request_id in REQUESTS
            else requests.RequestShown(found=False)
        ),
        requests.FindRequests: find,
        requests.PreviewNeed: lambda _: shown(REQUEST).need,
    }
    for kind in (
        requests.PostRequest, requests.ChangeRequest, requests.CancelRequest,
        requests.CompleteRequest, requests.ApproveRequest,
    ):  # fmt: skip
        stage.replies[kind] = posted


def _furnish_matching(stage: Stage) -> None:
    decisions = (
        matching.Decision(
            what="decide_reservation",
            request_id=REQUEST,
            volunteer_id=SAMIRA,
            decide_by=NOW + timedelta(hours=9),
        ),
        matching.Decision(
            what="approve_wave",
            request_id=REQUEST,
            people=3,
            decide_by=NOW + timedelta(hours=11),
        ),
        matching.Decision(
            what="nobody_left", request_id=EMPTY, people=2, decide_by=NOW - timedelta(hours=2)
        ),
    )
    call = matching.PhoneTask(
        invitation_id=CALL,
        request_id=REQUEST,
        volunteer_id=ANDREAS,
        deadline=NOW + timedelta(hours=20),
    )
    stage.answers |= {
        matching.ShowBoard: lambda query: (
            board() if query.request_id == REQUEST else matching.BoardShown(found=False)
        ),
        matching.WhyNotPlanned: lambda query: matching.WhyNotShown(
            answer="costs",
            loss=0.37,
            swaps=(
                matching.Swap(
                    volunteer_id=query.volunteer_id, leaves=REVIEWED, takes=query.request_id
                ),
                matching.Swap(volunteer_id=FATIMA, takes=REVIEWED),
            ),
            loses=REVIEWED,
        ),
        matching.PlacesOf: lambda query: matching.PlacesOfMany(
            places=tuple(places(one) for one in query.request_ids)
        ),
        matching.AssignedTo: lambda _: matching.PlacesOfMany(places=(places(REQUEST),)),
        matching.OpenDecisions: lambda _: matching.Decisions(decisions=decisions, total=3),
        matching.OpenPhoneTasks: lambda _: matching.PhoneTasks(tasks=(call,)),
        matching.ShowInvitation: lambda query: (
            call_page() if query.invitation_id == CALL else matching.InvitationPage(found=False)
        ),
        matching.PreviewMatching: lambda _: matching.Preview(
            fitting=14, free_then=6, first_mail_at=NOW, excluded={"too_far": 41, "not_free": 8}
        ),
        matching.AssignedOn: lambda _: matching.AssignedPeople(volunteer_ids=()),
        matching.TandemsOf: lambda _: matching.Tandems(tandems=()),
    }
    for kind in (
        matching.InviteVolunteer, matching.AssignVolunteer, matching.ReleaseVolunteer,
        matching.DecideReservation, matching.ExcludeVolunteer,
        matching.StopMatching, matching.ResumeMatching,
        matching.HoldBackVolunteer, matching.ReadmitVolunteer,
    ):  # fmt: skip
        stage.replies[kind] = lambda wish: matching.Changed(places=places(wish.request_id))
    stage.replies[matching.AskMore] = lambda wish: matching.MoreAsked(
        places=places(wish.request_id), asked=wish.people
    )
    stage.replies[matching.ApproveWave] = lambda wish: matching.WaveApproved(
        places=places(wish.request_id)
    )
    for of_date in (matching.SkipDate, matching.UnskipDate):
        stage.replies[of_date] = lambda _: matching.SkippedDates(dates=())
    for of_tandem, outcome in (
        (matching.AnswerTandem, "answered"),
        (matching.EndTandem, "ended"),
        (matching.SettleTandem, "settled"),
    ):
        stage.replies[of_tandem] = lambda _, told=outcome: matching.TandemTaken(outcome=told)
    stage.replies[matching.AnswerInvitation] = lambda _: matching.AnswerTaken(
        outcome="assigned"
    )


def _emails(query: notifications.FindEmails) -> notifications.OutboxEntries:
    found = [one for one in EMAILS if query.state in {None, one.state}]
    return notifications.OutboxEntries(
        entries=tuple(found), counts={"sent": 2, "failed": 1, "unknown": 1}
    )
