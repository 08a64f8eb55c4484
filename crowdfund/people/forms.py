"""What people may send about themselves and their organisations."""

from __future__ import annotations

from crowdfund.people.models import OrganisationKind, Role, StaffRole
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import LOCALES, lazy
from crowdfund.web.rate_limit import Limit
from crowdfund.web.region import countries as countries

INVITATIONS = Limit("invitations", 30, 3600, by="person", shared=True)  # each is a mail to an address of anybody

KINDS = {
    OrganisationKind.STUDIO: lazy("Film studio"), OrganisationKind.CLUB: lazy("Football club"),
    OrganisationKind.CINEMA: lazy("Cinema, or a chain of them"),
    OrganisationKind.SHOP: lazy("Shop, or a maker of things that are seen in films"),
    OrganisationKind.INSTITUTION: lazy("Charity, or another institution that is given to"),
}  # fmt: skip
ROLES = {
    Role.OWNER: lazy("Owner: everything, people and payouts too"),
    Role.MANAGER: lazy("Manager: runs funds and screenings"),
    Role.VIEWER: lazy("Viewer: sees, changes nothing"),
}
SCOPE_WORDS = {
    "account:read": lazy("See your name, your address and which cards are saved"),
    "account:write": lazy("Change your name, follow funds, forget a saved card"),
    "pledges:read": lazy("See your pledges, receipts and refunds"),
    "pledges:write": lazy("Make, change and cancel pledges, choose their card, say where to send"),
    "organisations:read": lazy("See your organisations and their members"),
    "organisations:write": lazy("Make and change organisations, invite and remove members"),
    "campaigns:read": lazy("See campaigns, drafts of your organisations too"),
    "campaigns:write": lazy("Change campaigns of your organisations"),
    "comments:write": lazy("Comment, ask, answer and report for you"),
    "tickets:read": lazy("See your tickets and orders"),
    "tickets:write": lazy("Keep seats, order tickets, send them back and give them away"),
    "goods:read": lazy("See what you bought, its parcels and returns"),
    "goods:write": lazy("Buy things, call off, send back, claim and review what you bought"),
    "sales:read": lazy("See what your shops have sold, with addresses"),
    "sales:write": lazy("Send parcels of your shops, answer returns and reviews"),
    "deliveries:read": lazy("See what your organisations owe to whom, with addresses"),
    "deliveries:write": lazy("Mark rewards of your organisations as sent"),
    "screenings:read": lazy("See venues, bookings and screenings of your organisations, and who holds tickets"),
    "screenings:write": lazy("Plan screenings, put them on sale, answer bookings"),
    "listings:read": lazy(
        "See listings, stock and shipping of your shops, and what is asked about things from your films"
    ),
    "listings:write": lazy("List, price, count and ship for your shops; stop what should not be sold after your films"),
    "screen:read": lazy("See what is on screen in titles of your organisations, drafts too"),
    "screen:write": lazy("Write down and publish what is on screen in titles of your organisations"),
    "licences:read": lazy("See applications, licences and shops of your organisations, and what sellers may see early"),
    "licences:write": lazy("Apply, offer, take and stop licences, and change shops, for your organisations"),
    "money:read": lazy("See figures, payouts and disputes of your organisations"),
    "disputes:write": lazy("Answer banks that dispute a payment to your organisations"),
    "door:read": lazy("See the door lists of your cinemas, and what was scanned"),
    "door:write": lazy("Scan tickets at the doors of your cinemas, make and withdraw door passes"),
    "staff:review": lazy("As staff: see what waits, decide about organisations and funds, read the audit"),
    "staff:money": lazy("As staff: give pledges back"),
}
STAFF = {"": lazy("No staff"), StaffRole.REVIEWER: lazy("Reviewer"), StaffRole.ADMIN: lazy("Admin")}


class SignUpForm(Form):
    name = fields.text(max=80)
    email = fields.email()
    password = fields.password(new=True)
    next = fields.text(max=500, min=0)


class SignInForm(Form):
    email = fields.email()
    password = fields.password()
    next = fields.text(max=500, min=0)


class AddressForm(Form):
    email = fields.email()


class NewPasswordForm(Form):
    password = fields.password(new=True)


class NameForm(Form):
    name = fields.text(max=80)


class LanguageForm(Form):
    language = fields.choice(LOCALES)
    back = fields.text(max=500, min=0)


class PasswordForm(Form):
    password = fields.password()
    new_password = fields.password(new=True)


class EmailForm(Form):
    email = fields.email()
    current_password = fields.password()  # two forms stand on one page: no two fields have one name


class TokenForm(Form):
    name = fields.text(max=80)
    scopes = fields.several(SCOPE_WORDS)


class OrganisationForm(Form):
    kind = fields.choice(KINDS)
    name = fields.text(max=80, min=2)
    country = fields.choice(countries)
    about = fields.text(max=2000, min=0, lines=True)


class ProfileForm(Form):
    name = fields.text(max=80, min=2)
    about = fields.text(max=2000, min=0, lines=True)


class InvitationForm(Form):
    email = fields.email()
    role = fields.choice(ROLES)


class RoleForm(Form):
    role = fields.choice(ROLES)


class ReasonForm(Form):
    reason = fields.text(max=1000, min=10, lines=True)
