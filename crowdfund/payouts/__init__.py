"""Money to organisations: what a funded fund is owed, sent to the organisation's account at the processor."""
