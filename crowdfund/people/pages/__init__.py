"""The pages of the people room."""

from crowdfund.people.pages import account, entrance, organisation, staff, tokens

routes = [*entrance.routes, *account.routes, *tokens.routes, *organisation.routes, *staff.routes]
