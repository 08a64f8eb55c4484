"""The pages of the disputes room."""

from crowdfund.disputes.pages import answering

routes = [*answering.routes]
