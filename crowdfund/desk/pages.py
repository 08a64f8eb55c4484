"""The pages made of several rooms."""

from crowdfund.desk import about, audit, campaign, dashboard, export, home, review, staff, studio

routes = [
    *home.routes,
    *about.routes,
    *campaign.routes,
    *studio.routes,
    *export.routes,
    *dashboard.routes,
    *staff.routes,
    *review.routes,
    *audit.routes,
]
