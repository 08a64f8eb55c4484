"""How much of a fund is each backer's: of what she paid, what neither she, her bank nor her own choice has taken back."""

from __future__ import annotations

# Of a charge `c`: less what was promised back, what went on by its fan's choice, and what her bank took.
LEFT = """c.amount_minor - c.refunded_minor - c.passed_on_minor
    - (SELECT COALESCE(SUM(d.amount_minor), 0) FROM dispute d WHERE d.charge_id = c.id AND d.state <> 'won')"""
