"""The pages made of several rooms."""

from crowdfund.desk import (
    about,
    audit,
    backers,
    campaign,
    dashboard,
    export,
    home,
    review,
    staff,
    studio,
    studios,
    updates,
)

routes = [
    *home.routes,
    *about.routes,
    *campaign.routes,
    *backers.routes,
    *updates.routes,
    *studios.routes,
    *studio.routes,
    *export.routes,
    *dashboard.routes,
    *staff.routes,
    *review.routes,
    *audit.routes,
]
