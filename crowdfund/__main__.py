"""`python -m crowdfund` is the same as `crowdfund`."""

from crowdfund.cli import main

main()
