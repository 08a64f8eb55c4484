"""To whoever has earned something: that a bank would not take it."""

from __future__ import annotations

from typing import Any

from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter
from crowdfund.letters.teams import tell_organisation
from crowdfund.payouts.banks.models import BankPayout
from crowdfund.people.models import Organisation
from crowdfund.web.formats import day, money
from crowdfund.web.i18n import _


async def _sent_back(payload: dict[str, Any]) -> None:
    payout = await BankPayout.get(id=payload["bank_payout"])
    organisation = await Organisation.get(id=payout.organisation_id)

    def write() -> Letter:
        facts = {"amount": money(payout.amount_minor, payout.currency), "day": day(payout.next_try_at)}
        lines = [
            _("Your bank has sent %(amount)s back to your account at the payment company, where it is safe.") % facts,
            *([payout.note] if payout.note else []),
            _(
                "Please look whether your bank details there are right. We try the same payout again on %(day)s, and each day after that."
            )
            % facts,
        ]
        return Letter(
            _("Your bank did not take %(amount)s") % facts,
            lines,
            _("Look at your account"),
            f"{organisation.desk_path}/verification",
        )

    await tell_organisation(payload, organisation.id, write)


JOBS: dict[str, Job] = {"bank_payout_failed": _sent_back}
