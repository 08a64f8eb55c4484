"""The pages of what comes after a purchase."""

from crowdfund.orders.returns.pages import bought, desk, desk_returns, returns, staff

routes = [*bought.routes, *returns.routes, *desk.routes, *desk_returns.routes, *staff.routes]
