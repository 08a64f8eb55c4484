"""The pages made of several rooms."""

from crowdfund.desk import (
    about,
    audit,
    backers,
    campaign,
    dashboard,
    export,
    home,
    pledge,
    review,
    studio,
    studios,
    updates,
)
from crowdfund.desk.inbox import pages as inbox
from crowdfund.desk.ledger import pages as ledger
from crowdfund.desk.royalties import pages as royalties
from crowdfund.desk.royalties import taxes
from crowdfund.desk.statements import pages as statements

routes = [
    *home.routes,
    *about.routes,
    *campaign.routes,
    *backers.routes,
    *updates.routes,
    *ledger.routes,
    *statements.routes,
    *pledge.routes,
    *studios.routes,
    *studio.routes,
    *export.routes,
    *dashboard.routes,
    *inbox.routes,
    *review.routes,
    *audit.routes,
    *royalties.routes,
    *taxes.routes,
]
