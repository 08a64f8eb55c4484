"""The API of what is made of several rooms."""

from crowdfund.desk.api import figures, ledger, staff, updates
from crowdfund.desk.royalties import api as royalties

routes = [*figures.routes, *ledger.routes, *staff.routes, *updates.routes, *royalties.routes]
